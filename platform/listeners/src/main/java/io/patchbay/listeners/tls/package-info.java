/** The node's certificate: read from PEM or PKCS#12, checked, watched, and turned into the server's side of TLS. */
@NullMarked
package io.patchbay.listeners.tls;

import org.jspecify.annotations.NullMarked;
