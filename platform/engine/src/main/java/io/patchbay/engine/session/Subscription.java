package io.patchbay.engine.session;

import io.patchbay.api.protocol.SubscribeRequest;
import io.patchbay.api.query.Expression;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.collections.CollectionEntry;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One live query of one session. All fields that change belong to the fan-out thread of the session, except {@link #ended}.
 *
 * <p>Nothing is buffered for it: while its reader is slow it only remembers how far it has read, and the feed is the buffer.
 */
final class Subscription {
    /** Where it gets its changes from. */
    enum State {
        /** A snapshot is being sent. */
        SNAPSHOT,
        /** It reads the feed by itself, behind the others. */
        CATCHING_UP,
        /** It gets what the fan-out thread reads for all. */
        LIVE
    }

    final ClientSession session;
    final long number;
    final SubscribeRequest.Mode mode;
    final Optional<Expression> filter;
    /** Whether it has to be asked about every change; as it was when it began. */
    final boolean scanned;

    CollectionEntry collection;
    Visibility wanted;
    State state = State.CATCHING_UP;
    /** It has been told of everything through this offset. */
    long offset;
    /** Whether a reader is working for it; its answer comes back as a task. */
    boolean reading;
    /** How many snapshots were begun; the answer to an older one is thrown away. */
    int snapshots;
    /** Whether it has not been live since its last snapshot, so that being far behind is not its reader's fault. */
    boolean freshSnapshot;

    @Nullable
    SnapshotReading snapshot;

    /** While it is live: the query that it shares with others. */
    @Nullable
    LiveQuery query;

    /** Set by anyone, read before each event under the connection's monitor: no event follows. */
    volatile boolean ended;

    Subscription(
            ClientSession session,
            long number,
            SubscribeRequest.Mode mode,
            Optional<Expression> filter,
            CollectionEntry collection,
            Visibility wanted,
            long offset) {
        this.session = session;
        this.number = number;
        this.mode = mode;
        this.filter = filter;
        this.collection = collection;
        this.wanted = wanted;
        this.offset = offset;
        this.scanned = !wanted.isAll() && !LookupKeys.exist(wanted);
    }

    boolean watches() {
        return mode == SubscribeRequest.Mode.WATCH;
    }
}
