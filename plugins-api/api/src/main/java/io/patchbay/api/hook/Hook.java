package io.patchbay.api.hook;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Code in the way of changes, on whatever way they come (REST, WebSocket, transactions, imports, the control socket); a service, named by {@link io.patchbay.api.plugin.Providers#NAME}. The
 * node's own collections pass no hook, and neither do the documents that go with a deleted collection.
 *
 * <p>Called by several threads at a time, all of them the node's, which are there for this hook alone: it may wait, as long as its {@link HookTerms#timeLimit} allows. A call that takes longer is
 * interrupted. An exception, an {@link Error}, null and a call that took too long are failures: the change is refused with HOOK_UNAVAILABLE if the hook is {@link HookTerms#required}, and goes on
 * without it if not. A hook that fails again and again is isolated for a while, in which it is not called.
 */
@ConsumerType
public interface Hook {
    /** What it is called for, and how. Asked once of each version, before it serves. */
    HookTerms terms();

    /**
     * Judges a change before it is made. Has no effects of its own: it may be called again for the same change (others were faster, the rules refuse it, the hook was swapped), so only what
     * {@link #after} tells has happened. For the same change it should give the same answer.
     */
    HookAnswer before(PendingChange change);

    /**
     * Told of a change that is durable, if the terms say so ({@link HookTerms#toldAfter}): in the order of the commits, one at a time, from the change feed, on a thread of its own that holds up no
     * write. At least once: after a failure, a restart or an update of the hook, changes may come again; {@link CommittedChange#position} tells them apart.
     *
     * <p>A call that fails or takes too long is repeated, after a second and then ever more rarely, and later changes wait for it. A hook that comes for the first time is told of what is committed
     * from then on; one that comes back, after a restart or an installation, also of what was committed while it was away, as far as the feed keeps that.
     */
    default void after(CommittedChange change) {}
}
