/** Tests that start the built distribution as a user would: its zip, unpacked, through {@code bin/patchbay}. */
@NullMarked
package io.patchbay.it;

import org.jspecify.annotations.NullMarked;
