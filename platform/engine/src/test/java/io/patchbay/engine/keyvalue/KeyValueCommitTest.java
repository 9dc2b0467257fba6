package io.patchbay.engine.keyvalue;

import static io.patchbay.engine.keyvalue.TestKeyValues.ADMIN;
import static io.patchbay.engine.keyvalue.TestKeyValues.delete;
import static io.patchbay.engine.keyvalue.TestKeyValues.put;
import static io.patchbay.engine.testing.TestPlane.failure;
import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.kv.KeyValueCommit;
import io.patchbay.api.kv.KeyValueOperation;
import io.patchbay.api.kv.KeyValueStoreFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyValueCommitTest {
    @TempDir
    Path folder;

    @Test
    void whatIsPutIsReadAndWhatIsDeletedIsNot() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            KeyValueCommit first = kv.commit(put("a/b c", "one"));
            assertThat(first.written()).containsExactly(new KeyValueCommit.Written("a/b c", true, false));
            assertThat(kv.text("a/b c")).isEqualTo("one");
            assertThat(get(kv.plane.get(ADMIN, "b", "a/b c")).revision()).isEqualTo(first.revision());
            KeyValueCommit second = kv.commit(put("a/b c", "two"));
            assertThat(second.written()).containsExactly(new KeyValueCommit.Written("a/b c", false, false));
            assertThat(second.revision()).isGreaterThan(first.revision());
            assertThat(kv.commit(delete("a/b c")).written())
                    .containsExactly(new KeyValueCommit.Written("a/b c", false, true));
            assertThat(failure(kv.plane.get(ADMIN, "b", "a/b c")).code()).isEqualTo(ErrorCode.KEY_NOT_FOUND);
        }
    }

    @Test
    void aCommitThatChangesNothingTakesNoRevision() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            long revision = kv.commit(put("a", "1")).revision();
            KeyValueCommit nothing = kv.commit(delete("missing"));
            assertThat(nothing.written()).containsExactly(new KeyValueCommit.Written("missing", false, false));
            assertThat(nothing.revision()).isEqualTo(revision);
            assertThat(kv.commit(put("a", "2")).revision()).isEqualTo(revision + 1);
        }
    }

    @Test
    void onlyOneOfManyWhoCompareTheSameRevisionWrites() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            long revision = kv.commit(put("n", "0")).revision();
            int batchesBefore = kv.factory.commits.get();
            // All of them gather in one batch while the committer is held.
            kv.factory.permits.drainPermits();
            CompletionStage<KeyValueCommit> held = kv.plane.commit(ADMIN, "b", List.of(put("other", "x")));
            List<CompletableFuture<KeyValueCommit>> racers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                racers.add(kv.plane
                        .commit(ADMIN, "b", List.of(put("n", "by " + i, new Precondition.AtRevision(revision))))
                        .toCompletableFuture());
            }
            kv.factory.permits.release(1000);
            get(held);
            List<PatchbayException> refused = new ArrayList<>();
            int won = 0;
            for (CompletableFuture<KeyValueCommit> racer : racers) {
                try {
                    get(racer);
                    won++;
                } catch (java.util.concurrent.CompletionException e) {
                    refused.add((PatchbayException) e.getCause());
                }
            }
            assertThat(won).isEqualTo(1);
            assertThat(kv.text("n")).isEqualTo("by 0");
            assertThat(refused)
                    .hasSize(7)
                    .allSatisfy(e -> assertThat(e.code()).isEqualTo(ErrorCode.REVISION_CONFLICT))
                    .allSatisfy(e -> assertThat(e.details()).containsKey("currentRevision"));
            assertThat(kv.factory.commits.get() - batchesBefore).isLessThan(8);
        }
    }

    @Test
    void aBatchIsAllOrNothingAndNamesWhatFailed() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            kv.commit(put("there", "1"));
            PatchbayException refused = failure(kv.plane.commit(
                    ADMIN,
                    "b",
                    List.of(put("new", "1"), delete("there"), put("there", "2", Precondition.EXISTS), put("z", "1"))));
            assertThat(refused.code()).isEqualTo(ErrorCode.REVISION_CONFLICT);
            assertThat(refused.details()).containsEntry("index", 2L).containsEntry("key", "there");
            assertThat(refused).hasMessageContaining("Operation 2");
            assertThat(kv.keys("")).containsExactly("there");
            assertThat(kv.text("there")).isEqualTo("1");
        }
    }

    @Test
    void eachOperationSeesThoseBeforeIt() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            KeyValueCommit done = kv.commit(
                    put("a", "1", Precondition.ABSENT),
                    delete("a"),
                    put("a", "2", Precondition.ABSENT),
                    new KeyValueOperation.Check("a", Precondition.EXISTS));
            assertThat(done.written())
                    .containsExactly(
                            new KeyValueCommit.Written("a", true, false),
                            new KeyValueCommit.Written("a", false, true),
                            new KeyValueCommit.Written("a", true, false));
            assertThat(kv.text("a")).isEqualTo("2");
            assertThat(failure(kv.plane.commit(
                                    ADMIN, "b", List.of(new KeyValueOperation.Check("a", Precondition.ABSENT))))
                            .code())
                    .isEqualTo(ErrorCode.REVISION_CONFLICT);
        }
    }

    @Test
    void anExpiredKeyIsAbsentBeforeItIsDeleted() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            kv.commit(kv.expiring("s", "1", Duration.ofSeconds(10)));
            kv.commit(kv.expiring("kept", "1", Duration.ofSeconds(20)));
            kv.clock.moveMs(9_999);
            assertThat(kv.text("s")).isEqualTo("1");
            kv.clock.moveMs(1);
            assertThat(failure(kv.plane.get(ADMIN, "b", "s")).code()).isEqualTo(ErrorCode.KEY_NOT_FOUND);
            assertThat(kv.keys("")).containsExactly("kept");
            assertThat(kv.commit(put("s", "2", Precondition.ABSENT)).written())
                    .containsExactly(new KeyValueCommit.Written("s", true, false));
            kv.plane.expire();
            assertThat(kv.text("s")).isEqualTo("2");
        }
    }

    @Test
    void aFailureOfTheStoreIsToldAndNothingIsWritten() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            long revision = kv.commit(put("a", "1")).revision();
            kv.factory.failCommits(true);
            assertThat(failure(kv.plane.commit(ADMIN, "b", List.of(put("a", "2"))))
                            .code())
                    .isEqualTo(ErrorCode.STORE_UNAVAILABLE);
            kv.factory.failCommits(false);
            assertThat(kv.text("a")).isEqualTo("1");
            assertThat(kv.commit(put("a", "3")).revision()).isEqualTo(revision + 1);
        }
    }

    @Test
    void revisionsGoOnBehindAnUpdateOfTheAdapter() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            long revision = kv.commit(put("a", "1")).revision();
            kv.providers.plug(KeyValueStoreFactory.class, "rocksdb", kv.factory.nextVersion());
            assertThat(kv.commit(put("a", "2", new Precondition.AtRevision(revision)))
                            .revision())
                    .isGreaterThan(revision);
            assertThat(kv.text("a")).isEqualTo("2");
            await().until(() -> kv.providers.leases(KeyValueStoreFactory.class, "rocksdb") == 1);
        }
    }

    @Test
    void anotherStartFindsEverything() {
        TestKeyValues kv = TestKeyValues.withBucket(folder);
        long revision = kv.commit(put("a", "1")).revision();
        kv.close();
        try (TestKeyValues again = new TestKeyValues(folder, kv.factory)) {
            assertThat(again.text("a")).isEqualTo("1");
            assertThat(again.commit(put("b", "1")).revision()).isEqualTo(revision + 1);
        }
    }

    @Test
    void waitingValuesAreBounded() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            kv.factory.permits.drainPermits();
            byte[] large = new byte[Limits.KEY_VALUE_BYTES];
            List<CompletableFuture<KeyValueCommit>> asked = new ArrayList<>();
            for (int i = 0; i <= Limits.KEY_VALUE_QUEUE_BYTES / large.length; i++) {
                asked.add(kv.plane
                        .commit(
                                ADMIN,
                                "b",
                                List.of(new KeyValueOperation.Put(
                                        "k" + i, "x/y", large, Optional.empty(), Precondition.ANY)))
                        .toCompletableFuture());
            }
            assertThat(failure(asked.get(asked.size() - 1)).code()).isEqualTo(ErrorCode.OVERLOADED);
            kv.factory.permits.release(1000);
            get(asked.get(0));
            await().untilAsserted(() -> get(kv.plane.commit(ADMIN, "b", List.of(put("later", "1")))));
        }
    }

    @Test
    void hostileRequestsAreRefusedBeforeAnythingIsWritten() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            String tooLong = "é".repeat(Limits.KEY_BYTES / 2) + "x";
            for (String key : List.of("", "a\0b", "a\nb", tooLong, "a/../b", ".", "\ud800")) {
                assertRefused(kv, ErrorCode.KEY_INVALID, put(key, "1"));
            }
            kv.commit(put("é".repeat(Limits.KEY_BYTES / 2), "fits"));
            byte[] tooLarge = new byte[Limits.KEY_VALUE_BYTES + 1];
            assertRefused(
                    kv,
                    ErrorCode.TOO_LARGE,
                    new KeyValueOperation.Put("k", "x/y", tooLarge, Optional.empty(), Precondition.ANY));
            assertRefused(kv, ErrorCode.BAD_REQUEST, kv.expiring("k", "1", Duration.ZERO));
            assertRefused(
                    kv, ErrorCode.BAD_REQUEST, kv.expiring("k", "1", Limits.KEY_VALUE_TTL.plus(Duration.ofMillis(1))));
            assertRefused(
                    kv,
                    ErrorCode.BAD_REQUEST,
                    new KeyValueOperation.Put("k", "a\r\nb: c", new byte[1], Optional.empty(), Precondition.ANY));
            KeyValueOperation[] many = new KeyValueOperation[Limits.KEY_VALUE_OPERATIONS + 1];
            java.util.Arrays.fill(many, put("k", "1"));
            assertRefused(kv, ErrorCode.LIMIT_EXCEEDED, many);
            assertRefused(kv, ErrorCode.LIMIT_EXCEEDED);
            String half = "x".repeat(Limits.KEY_VALUE_COMMIT_BYTES / 2);
            assertRefused(kv, ErrorCode.TOO_LARGE, put("k", half), put("l", half));
            assertThat(kv.keys("k")).isEmpty();
        }
    }

    private static void assertRefused(TestKeyValues kv, ErrorCode code, KeyValueOperation... operations) {
        try {
            get(kv.plane.commit(ADMIN, "b", List.of(operations)));
        } catch (PatchbayException thrown) {
            assertThat(thrown.code()).isEqualTo(code);
            return;
        } catch (java.util.concurrent.CompletionException e) {
            assertThat(((PatchbayException) e.getCause()).code()).isEqualTo(code);
            return;
        }
        throw new AssertionError("it was taken");
    }

    @Test
    void withoutAnAdapterItSaysWhichIsMissing() {
        try (TestKeyValues kv = new TestKeyValues(folder)) {
            kv.providers.unplug(KeyValueStoreFactory.class, "rocksdb");
            assertThat(kv.plane.describe().state()).isEqualTo("unused");
            PatchbayException failure = failure(kv.plane.buckets(ADMIN));
            assertThat(kv.plane.describe().state()).isEqualTo("unavailable");
            assertThat(kv.plane.describe().facts().get("fault")).contains("'rocksdb'");
            assertThat(failure.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
            assertThat(failure).hasMessageContaining("'rocksdb'");
            kv.providers.plug(KeyValueStoreFactory.class, "rocksdb", kv.factory);
            await().untilAsserted(() -> kv.define("b", Map.of()));
            assertThat(kv.plane.describe().state()).isEqualTo("serving");
            assertThat(kv.plane.describe().facts())
                    .containsEntry("buckets", "1")
                    .doesNotContainKey("fault");
        }
    }

    @Test
    void aNodeThatUsesNoKeysOpensNoStore() {
        try (TestKeyValues kv = new TestKeyValues(folder)) {
            assertThat(folder.resolve("data")).doesNotExist();
            assertThat(kv.factory.opened).hasValue(0);
        }
    }
}
