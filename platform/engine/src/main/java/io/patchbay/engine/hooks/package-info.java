/** Hooks: their calls under one guard, their order, and what becomes of changes while one doesn't work. */
@NullMarked
package io.patchbay.engine.hooks;

import org.jspecify.annotations.NullMarked;
