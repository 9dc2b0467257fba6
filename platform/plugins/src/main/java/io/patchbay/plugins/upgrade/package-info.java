/** The upgrade of the whole distribution: what a zip holds, how it differs from what runs, and the steps from one to the other. */
@NullMarked
package io.patchbay.plugins.upgrade;

import org.jspecify.annotations.NullMarked;
