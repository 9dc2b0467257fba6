/** Access tokens as signed JWTs (RFC 7519), and the keys they are signed with. */
@NullMarked
package io.patchbay.auth.jwt;

import org.jspecify.annotations.NullMarked;
