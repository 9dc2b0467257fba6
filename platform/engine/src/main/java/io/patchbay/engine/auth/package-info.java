/** Accounts, logins and the token families that keep them; all of it documents of the node's own collections. */
@NullMarked
package io.patchbay.engine.auth;

import org.jspecify.annotations.NullMarked;
