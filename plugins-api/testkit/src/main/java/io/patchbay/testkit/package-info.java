/** Contract suites: what every adapter passes, ours and those of others. */
@NullMarked
package io.patchbay.testkit;

import org.jspecify.annotations.NullMarked;
