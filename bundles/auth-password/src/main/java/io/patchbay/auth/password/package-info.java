/** Login by password: Argon2id hashes, made and checked on two threads of their own. */
@NullMarked
package io.patchbay.auth.password;

import org.jspecify.annotations.NullMarked;
