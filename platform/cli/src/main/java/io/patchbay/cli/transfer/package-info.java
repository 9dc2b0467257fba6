/** Files of rows: JSON, JSON lines and CSV, read row by row with the place of what is wrong, and written. */
@NullMarked
package io.patchbay.cli.transfer;

import org.jspecify.annotations.NullMarked;
