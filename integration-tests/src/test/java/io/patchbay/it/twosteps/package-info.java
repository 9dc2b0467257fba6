/** The classes of a plugin that tests install; its jar is made of them by {@link io.patchbay.it.twosteps.TwoStepsPlugin}. */
@NullMarked
package io.patchbay.it.twosteps;

import org.jspecify.annotations.NullMarked;
