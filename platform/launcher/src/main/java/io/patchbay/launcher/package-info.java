/**
 * The process: prepares the home folder, reads the configuration, starts the OSGi framework with what {@code bundles.list} names, and waits for its end.
 *
 * <p>Nothing here is a bundle, and bundles see nothing of it. What they may know of the node reaches them as framework properties ({@link NodeProperties}), as configurations ({@link Settings}) and, once the node is
 * ready, as a service with the property {@code patchbay.ready=true}.
 */
@NullMarked
package io.patchbay.launcher;

import org.jspecify.annotations.NullMarked;
