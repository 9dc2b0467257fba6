package io.patchbay.client;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of a filter. What has come since the listener was called last is kept merged, a document once, so a slow listener costs no more memory than the state itself; the state belongs to the
 * listener's turn alone.
 */
final class WatchSubscription extends LiveSubscription {
    private final WatchListener listener;
    /** The client's thread: a snapshot under way, shown whole or not at all. */
    private @Nullable Map<String, Document> arriving;
    // Guarded by this: what the listener hasn't seen yet.
    private @Nullable Map<String, Document> whole;
    private Map<String, Optional<Document>> changed = new HashMap<>();
    private String newest = "";
    private boolean due;
    // The listener's turn only.
    private Map<String, Document> state = new LinkedHashMap<>();

    WatchSubscription(long number, String collection, Interest interest, WatchListener listener, Serial listeners) {
        super(number, "watch", collection, new Interest(interest.filter(), Optional.empty()), listeners);
        this.listener = listener;
    }

    @Override
    Request request() {
        // A snapshot that a reconnect broke off begins anew.
        arriving = null;
        return super.request();
    }

    @Override
    Optional<ClientException> receive(Message.Event event) {
        if (event instanceof Message.Snapshot snapshot) {
            take(snapshot);
        } else if (event instanceof Message.Changes changes) {
            position = changes.position();
            show(merge(changes.changes(), changes.position()));
        } else if (event instanceof Message.Reload) {
            restart();
        } else if (event instanceof Message.End end) {
            return Optional.of(end.reason());
        }
        return Optional.empty();
    }

    @Override
    boolean restart() {
        position = null;
        arriving = null;
        return true;
    }

    @Override
    void end(ClientException reason) {
        listeners.execute(() -> {
            if (!closed) {
                listener.onEnd(reason);
            }
        });
    }

    private void take(Message.Snapshot snapshot) {
        if (arriving == null) {
            arriving = new LinkedHashMap<>();
        }
        for (Document document : snapshot.items()) {
            arriving.put(document.id(), document);
        }
        if (snapshot.last()) {
            Map<String, Document> complete = arriving;
            arriving = null;
            position = snapshot.position();
            show(replace(complete, snapshot.position()));
        }
    }

    private synchronized boolean replace(Map<String, Document> complete, String at) {
        whole = complete;
        changed = new HashMap<>();
        return newest(at);
    }

    private synchronized boolean merge(List<DocumentChange> changes, String at) {
        changes.forEach(change -> changed.put(change.id(), change.document()));
        return newest(at);
    }

    private boolean newest(String at) {
        newest = at;
        boolean first = !due;
        due = true;
        return first;
    }

    private void show(boolean first) {
        if (first) {
            listeners.execute(this::tell);
        }
    }

    private void tell() {
        String at = catchUp();
        if (!closed) {
            listener.onState(Collections.unmodifiableMap(state), at);
        }
    }

    private String catchUp() {
        Map<String, Optional<Document>> pending;
        String at;
        synchronized (this) {
            due = false;
            if (whole != null) {
                state = whole;
                whole = null;
            }
            pending = changed;
            changed = new HashMap<>();
            at = newest;
        }
        pending.forEach((id, document) -> {
            if (document.isPresent()) {
                state.put(id, document.get());
            } else {
                state.remove(id);
            }
        });
        return at;
    }
}
