/** Who calls: identities, accounts, login methods and tokens. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.api.auth;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
