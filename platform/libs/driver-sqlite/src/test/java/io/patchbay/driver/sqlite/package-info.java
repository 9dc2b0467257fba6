@NullMarked
package io.patchbay.driver.sqlite;

import org.jspecify.annotations.NullMarked;
