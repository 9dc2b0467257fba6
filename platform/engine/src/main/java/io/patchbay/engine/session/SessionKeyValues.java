package io.patchbay.engine.session;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.BucketDefinition;
import io.patchbay.api.kv.KeyValueCommit;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueListRequest;
import io.patchbay.api.kv.KeyValueListener;
import io.patchbay.api.kv.KeyValueOperation;
import io.patchbay.api.kv.KeyValuePage;
import io.patchbay.api.kv.KeyValueWatch;
import io.patchbay.api.kv.KeyValues;
import io.patchbay.engine.documents.Failures;
import io.patchbay.engine.keyvalue.KeyValuePlane;
import io.patchbay.engine.keyvalue.Watching;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keys and values as one session sees them, and the watches it holds. */
final class SessionKeyValues implements KeyValues {
    private final ClientSession session;
    // Guarded by this. The set is made at the first watch, as few sessions have one.
    private Set<Watching> watches = Set.of();
    private boolean closed;

    SessionKeyValues(ClientSession session) {
        this.session = session;
    }

    private KeyValuePlane plane() {
        return session.parts().keyValues();
    }

    @Override
    public CompletionStage<KeyValueEntry> get(String bucket, String key) {
        return session.request(() -> plane().get(session.identity(), bucket, key));
    }

    @Override
    public CompletionStage<KeyValuePage> list(KeyValueListRequest request) {
        return session.request(() -> plane().list(session.identity(), request));
    }

    @Override
    public CompletionStage<KeyValueCommit> commit(String bucket, List<KeyValueOperation> operations) {
        return session.request(() -> told(plane().commit(session.identity(), bucket, operations)));
    }

    @Override
    public CompletionStage<List<BucketDefinition>> buckets() {
        return session.request(() -> plane().buckets(session.identity()));
    }

    @Override
    public CompletionStage<BucketDefinition> define(BucketDefinition definition) {
        return session.request(() -> plane().define(session.identity(), definition));
    }

    @Override
    public CompletionStage<Void> drop(String bucket) {
        return session.request(() -> plane().drop(session.identity(), bucket));
    }

    @Override
    public CompletionStage<KeyValueWatch> watch(String bucket, String prefix, KeyValueListener listener) {
        return session.request(() -> {
            CompletableFuture<KeyValueWatch> began = new CompletableFuture<>();
            plane().watch(session::identity, bucket, prefix, listener).whenComplete((watching, failure) -> {
                if (failure != null) {
                    began.completeExceptionally(Failures.of(failure));
                } else if (!keep(watching)) {
                    watching.close();
                    began.completeExceptionally(new PatchbayException(ErrorCode.CANCELLED, "The session is closed."));
                } else {
                    began.complete(watching);
                    watching.begin();
                }
            });
            return began;
        });
    }

    private synchronized boolean keep(Watching watching) {
        if (closed) {
            return false;
        }
        if (watches.isEmpty()) {
            watches = new HashSet<>();
        }
        watches.removeIf(Watching::isClosed);
        watches.add(watching);
        return true;
    }

    /** Those who watch hear why; there will be no others. */
    void end(PatchbayException reason) {
        leave().forEach(watching -> watching.endLater(reason));
    }

    void close() {
        leave().forEach(Watching::close);
    }

    private synchronized Set<Watching> leave() {
        closed = true;
        Set<Watching> left = watches;
        watches = Set.of();
        return left;
    }

    /** A stage that was composed of others fails with what wraps the failure. */
    private static <T> CompletionStage<T> told(CompletionStage<T> stage) {
        CompletableFuture<T> told = new CompletableFuture<>();
        stage.whenComplete((result, failure) -> {
            if (failure == null) {
                told.complete(result);
            } else {
                told.completeExceptionally(Failures.of(failure));
            }
        });
        return told;
    }
}
