/** A session in memory, for the tests of protocols and routes: what they drive, without an engine. */
@NullMarked
package io.patchbay.testkit.session;

import org.jspecify.annotations.NullMarked;
