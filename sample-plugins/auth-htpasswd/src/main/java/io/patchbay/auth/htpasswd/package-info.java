/** Login against an Apache htpasswd file. */
@NullMarked
package io.patchbay.auth.htpasswd;

import org.jspecify.annotations.NullMarked;
