package io.patchbay.engine.keyvalue;

import static io.patchbay.engine.keyvalue.TestKeyValues.ADMIN;
import static io.patchbay.engine.keyvalue.TestKeyValues.delete;
import static io.patchbay.engine.keyvalue.TestKeyValues.put;
import static io.patchbay.engine.testing.TestPlane.failure;
import static io.patchbay.engine.testing.TestPlane.get;
import static io.patchbay.engine.testing.TestPlane.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.kv.KeyValueChange;
import io.patchbay.api.kv.KeyValueItem;
import io.patchbay.api.kv.KeyValueListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyValueWatchTest {
    @TempDir
    Path folder;

    private static final class Heard implements KeyValueListener {
        final List<KeyValueChange> changes = new CopyOnWriteArrayList<>();
        final List<PatchbayException> ends = new CopyOnWriteArrayList<>();
        volatile boolean writable = true;

        @Override
        public boolean writable() {
            return writable;
        }

        @Override
        public void onChange(KeyValueChange change) {
            changes.add(change);
        }

        @Override
        public void onEnd(PatchbayException reason) {
            ends.add(reason);
        }

        List<String> texts() {
            return changes.stream()
                    .map(change -> (change.after().isPresent() ? "put " : change.expired() ? "expire " : "delete ")
                            + change.key())
                    .toList();
        }
    }

    private static Watching watch(TestKeyValues kv, Identity who, String prefix, Heard heard) {
        Watching watching = get(kv.plane.watch(() -> who, "b", prefix, heard));
        watching.begin();
        return watching;
    }

    @Test
    void everyChangeBehindThePositionComesInCommitOrder() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            long before = kv.commit(put("a/0", "1")).revision();
            Heard heard = new Heard();
            Watching watching = watch(kv, ADMIN, "a/", heard);
            assertThat(watching.position().offset()).isEqualTo(before);
            kv.commit(put("a/1", "1"), put("b", "1"), delete("a/0"));
            kv.commit(kv.expiring("a/2", "1", Duration.ofSeconds(5)));
            kv.commit(put("a/1", "2"));
            kv.clock.moveMs(5000);
            kv.plane.expire();
            await().untilAsserted(() -> assertThat(heard.texts())
                    .containsExactly("put a/1", "delete a/0", "put a/2", "put a/1", "expire a/2"));
            assertThat(heard.changes)
                    .extracting(KeyValueChange::revision)
                    .isSorted()
                    .allMatch(revision -> revision > before);
            assertThat(heard.changes.get(3).after().flatMap(KeyValueItem::value))
                    .contains(new byte[] {'2'});
            watching.close();
            kv.commit(put("a/9", "1"));
            Heard other = new Heard();
            watch(kv, ADMIN, "a/", other);
            kv.commit(put("a/10", "1"));
            await().until(() -> other.changes.size() == 1);
            assertThat(heard.changes).hasSize(5);
            assertThat(heard.ends).isEmpty();
        }
    }

    @Test
    void whoFallsBehindIsToldToBeginAnewAndHoldsNothing() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            Heard slow = new Heard();
            slow.writable = false;
            Heard quick = new Heard();
            Watching watching = watch(kv, ADMIN, "", slow);
            watch(kv, ADMIN, "", quick);
            kv.commit(put("first", "1"));
            await().until(() -> quick.changes.size() == 1);
            slow.writable = true;
            watching.resume();
            await().until(() -> slow.changes.size() == 1);
            slow.writable = false;
            for (int i = 0; i <= Limits.KEY_VALUE_WATCH_CHANGES; i++) {
                kv.plane.commit(ADMIN, "b", List.of(put("k" + i, "1")));
            }
            await().until(() -> quick.changes.size() == Limits.KEY_VALUE_WATCH_CHANGES + 2);
            await().until(() -> slow.ends.size() == 1);
            assertThat(slow.ends.get(0).code()).isEqualTo(ErrorCode.HISTORY_GONE);
            assertThat(slow.changes).hasSize(1);
            assertThat(quick.ends).isEmpty();
        }
    }

    @Test
    void aWatchHearsOfWhatItsCallerMayReadAndEndsWhenTheBucketIsAnother() {
        try (TestKeyValues kv = new TestKeyValues(folder)) {
            kv.define("b", Map.of("read", "auth != null && key.startsWith(auth.name)"));
            Heard ann = new Heard();
            watch(kv, user("ann"), "", ann);
            kv.commit(put("bob/1", "1"), put("ann/1", "1"));
            await().until(() -> ann.texts().equals(List.of("put ann/1")));
            kv.define("b", Map.of());
            await().until(() -> ann.ends.size() == 1);
            assertThat(ann.ends.get(0).code()).isEqualTo(ErrorCode.HISTORY_GONE);
            assertThat(failure(kv.plane.watch(() -> user("ann"), "b", "", ann)).code())
                    .isEqualTo(ErrorCode.FORBIDDEN);
            assertThat(failure(kv.plane.watch(() -> ADMIN, "none", "", ann)).code())
                    .isEqualTo(ErrorCode.BUCKET_NOT_FOUND);
        }
    }
}
