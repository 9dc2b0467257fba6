/** The protocol lines, on a session in memory. */
@NullMarked
package io.patchbay.auth.htpasswd;

import org.jspecify.annotations.NullMarked;
