/** The one thread that decides transactions, gives them their order and makes them durable. */
@NullMarked
package io.patchbay.engine.commit;

import org.jspecify.annotations.NullMarked;
