/** The switchboard: which provider serves a type and a name, who holds leases on it, and how a swap moves callers from one to the next. */
@NullMarked
package io.patchbay.plugins.switchboard;

import org.jspecify.annotations.NullMarked;
