package io.patchbay.engine.session;

import static io.patchbay.engine.testing.TestPlane.failure;
import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.kv.BucketDefinition;
import io.patchbay.api.kv.KeyValueChange;
import io.patchbay.api.kv.KeyValueListener;
import io.patchbay.api.kv.KeyValueOperation;
import io.patchbay.api.kv.KeyValueStoreFactory;
import io.patchbay.api.protocol.LiveSession;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.api.protocol.SubscriptionListener;
import io.patchbay.engine.testing.MemoryKeyValueStore;
import io.patchbay.engine.testing.TestPlane;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionKeyValuesTest {
    @TempDir
    Path folder;

    private TestPlane plane;

    @BeforeEach
    void open() {
        plane = TestPlane.inMemory(folder);
        plane.providers.plug(KeyValueStoreFactory.class, "rocksdb", new MemoryKeyValueStore.Factory());
        get(plane.admin.keyValues().define(new BucketDefinition("b", false, Map.of("read", "auth != null"))));
    }

    @AfterEach
    void close() {
        plane.close();
    }

    private static final class Heard implements KeyValueListener, SubscriptionListener {
        final List<String> keys = new CopyOnWriteArrayList<>();
        final List<ErrorCode> ends = new CopyOnWriteArrayList<>();

        @Override
        public boolean writable() {
            return true;
        }

        @Override
        public void onChange(KeyValueChange change) {
            keys.add(change.key());
        }

        @Override
        public void onEnd(PatchbayException reason) {
            ends.add(reason.code());
        }

        @Override
        public void onEvent(SubscriptionEvent event) {
            throw new AssertionError("it subscribes to nothing");
        }
    }

    private void put(String key) {
        get(plane.admin
                .keyValues()
                .commit(
                        "b",
                        List.of(new KeyValueOperation.Put(
                                key, "x/y", new byte[1], Optional.empty(), Precondition.ANY))));
    }

    @Test
    void theEndOfALoginEndsItsWatchesAndNoOthers() {
        Heard ann = new Heard();
        Heard bob = new Heard();
        LiveSession annsSession = plane.plane.listenedSessions().open(TestPlane.user("ann"), ann);
        LiveSession bobsSession = plane.plane.listenedSessions().open(TestPlane.user("bob"), bob);
        get(annsSession.keyValues().watch("b", "", ann));
        get(bobsSession.keyValues().watch("b", "", bob));
        put("1");
        await().until(() -> ann.keys.size() == 1 && bob.keys.size() == 1);
        plane.plane.listenedSessions().endFamily("family-of-ann");
        await().until(() -> ann.ends.equals(List.of(ErrorCode.UNAUTHENTICATED)));
        put("2");
        await().until(() -> bob.keys.size() == 2);
        assertThat(ann.keys).hasSize(1);
        assertThat(failure(annsSession.keyValues().watch("b", "", ann)).code()).isEqualTo(ErrorCode.CANCELLED);
        bobsSession.close();
        put("3");
        Heard last = new Heard();
        get(plane.plane
                .listenedSessions()
                .open(TestPlane.user("zoe"), last)
                .keyValues()
                .watch("b", "", last));
        put("4");
        await().until(() -> last.keys.size() == 1);
        assertThat(bob.keys).hasSize(2);
        assertThat(bob.ends).isEmpty();
    }

    @Test
    void whoseTokenHasEndedIsTold() {
        Identity late =
                new Identity("id", "late", Optional.of(Role.ADMIN), Optional.empty(), Optional.of(Instant.EPOCH));
        assertThat(failure(plane.plane.open(late).keyValues().get("b", "k")).code())
                .isEqualTo(ErrorCode.TOKEN_EXPIRED);
        assertThat(failure(plane.plane.open(TestPlane.user("ann")).keyValues().drop("b"))
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(failure(plane.admin.keyValues().get("b", "")).code()).isEqualTo(ErrorCode.KEY_INVALID);
        assertThat(failure(plane.admin.keyValues().commit("b", List.of())).code())
                .isEqualTo(ErrorCode.LIMIT_EXCEEDED);
    }
}
