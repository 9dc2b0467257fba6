package io.patchbay.engine.keyvalue;

import static io.patchbay.engine.keyvalue.TestKeyValues.ADMIN;
import static io.patchbay.engine.keyvalue.TestKeyValues.put;
import static io.patchbay.engine.testing.TestPlane.failure;
import static io.patchbay.engine.testing.TestPlane.get;
import static io.patchbay.engine.testing.TestPlane.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.kv.KeyValueListRequest;
import io.patchbay.api.kv.KeyValueOperation;
import io.patchbay.api.kv.KeyValuePage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyValueListTest {
    @TempDir
    Path folder;

    private static KeyValueListRequest range(String prefix, String start, String end) {
        return new KeyValueListRequest(
                "b",
                prefix,
                Optional.of(start).filter(s -> !s.isEmpty()),
                Optional.of(end).filter(e -> !e.isEmpty()),
                100,
                Optional.empty(),
                false);
    }

    private static List<String> keys(KeyValuePage page) {
        return page.items().stream().map(item -> item.key()).toList();
    }

    private static List<String> list(TestKeyValues kv, KeyValueListRequest request) {
        return keys(get(kv.plane.list(ADMIN, request)));
    }

    @Test
    void keysComeInTheOrderOfTheirBytesWithinAllBounds() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            // UTF-16 has the emoji before U+FFFD; UTF-8 behind it.
            List<String> ordered = List.of("A", "a", "a/1", "a/2", "ab", "b", "é", "\uFFFD", "\uD83D\uDE00");
            List<String> mixed = new ArrayList<>(ordered);
            java.util.Collections.reverse(mixed);
            kv.commit(mixed.stream().map(key -> put(key, key)).toArray(KeyValueOperation[]::new));
            assertThat(list(kv, range("", "", ""))).isEqualTo(ordered);
            assertThat(list(kv, range("a", "", ""))).containsExactly("a", "a/1", "a/2", "ab");
            assertThat(list(kv, range("a", "a/1", "ab"))).containsExactly("a/1", "a/2");
            assertThat(list(kv, range("a/", "A", "z"))).containsExactly("a/1", "a/2");
            assertThat(list(kv, range("a", "b", ""))).isEmpty();
            assertThat(list(kv, range("", "b", "b"))).isEmpty();
            assertThat(list(kv, range("\uD83D\uDE00", "", ""))).containsExactly("\uD83D\uDE00");
            assertThat(failure(kv.plane.list(ADMIN, range("", "b", "a"))).code())
                    .isEqualTo(ErrorCode.BAD_REQUEST);
            assertThat(failure(kv.plane.list(ADMIN, range("a\0", "", ""))).code())
                    .isEqualTo(ErrorCode.KEY_INVALID);
        }
    }

    @Test
    void pagesLeadThroughEverythingOnceWhateverIsWrittenMeanwhile() {
        long seed = System.nanoTime();
        System.out.println("KeyValueListTest seed " + seed);
        Random random = new Random(seed);
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            TreeSet<String> all = new TreeSet<>();
            while (all.size() < 200) {
                all.add("k" + random.nextInt(100_000));
            }
            kv.commit(all.stream().map(key -> put(key, "1")).toArray(KeyValueOperation[]::new));
            List<String> read = new ArrayList<>();
            Optional<String> cursor = Optional.empty();
            do {
                KeyValuePage page = get(kv.plane.list(
                        ADMIN,
                        new KeyValueListRequest(
                                "b", "k", Optional.empty(), Optional.empty(), 1 + random.nextInt(30), cursor, false)));
                read.addAll(keys(page));
                cursor = page.next();
                // Behind the reader: it is not to come again, nor to move what comes.
                kv.commit(put("k", "before all"));
            } while (cursor.isPresent());
            assertThat(read).as("seed %d", seed).containsExactlyElementsOf(all);
        }
    }

    @Test
    void aCursorIsOfItsListAlone() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            kv.commit(put("a", "1"), put("b", "1"));
            String cursor = get(kv.plane.list(ADMIN, TestKeyValues.listing("", 1)))
                    .next()
                    .orElseThrow();
            for (String bad : List.of(cursor.substring(1), "", "x", "%", "A".repeat(5000))) {
                assertThat(failure(kv.plane.list(ADMIN, withCursor("", bad))).code())
                        .isEqualTo(ErrorCode.CURSOR_INVALID);
            }
            assertThat(failure(kv.plane.list(ADMIN, withCursor("b", cursor))).code())
                    .isEqualTo(ErrorCode.CURSOR_INVALID);
            assertThat(list(kv, withCursor("", cursor))).containsExactly("b");
        }
    }

    private static KeyValueListRequest withCursor(String prefix, String cursor) {
        return new KeyValueListRequest("b", prefix, Optional.empty(), Optional.empty(), 10, Optional.of(cursor), false);
    }

    @Test
    void limitsHold() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            for (int limit : new int[] {0, -1, Limits.LIST_MAX + 1, Integer.MIN_VALUE}) {
                assertThat(failure(kv.plane.list(ADMIN, TestKeyValues.listing("", limit)))
                                .code())
                        .isEqualTo(ErrorCode.BAD_REQUEST);
            }
        }
    }

    @Test
    void valuesComeUpToTheirSizeAndPagesEndWhereTheyWouldGrowTooLarge() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            byte[] inline = new byte[Limits.KEY_VALUE_INLINE_BYTES];
            Arrays.fill(inline, (byte) 'x');
            int fill = Limits.KEY_VALUE_PAGE_BYTES / inline.length;
            for (int i = 0; i < fill + 5; i++) {
                kv.commit(bytes("k%03d".formatted(i), inline));
            }
            kv.commit(bytes("a", new byte[Limits.KEY_VALUE_INLINE_BYTES + 1]));
            KeyValuePage page = get(kv.plane.list(
                    ADMIN,
                    new KeyValueListRequest(
                            "b", "", Optional.empty(), Optional.empty(), 1000, Optional.empty(), true)));
            assertThat(page.items()).hasSize(fill + 1);
            assertThat(page.items().get(0).value()).isEmpty();
            assertThat(page.items().get(0).size()).isEqualTo(inline.length + 1);
            assertThat(page.items().get(1).value()).contains(inline);
            assertThat(page.next()).isPresent();
        }
    }

    private static KeyValueOperation bytes(String key, byte[] value) {
        return new KeyValueOperation.Put(key, "x/y", value, Optional.empty(), Precondition.ANY);
    }

    @Test
    void manyExpiredKeysEndAPageAndTheNextGoesOnBehindThem() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            int count = Limits.KEY_VALUE_PAGE_SKIPPED + 10;
            for (int from = 0; from < count; from += 1000) {
                List<KeyValueOperation> chunk = new ArrayList<>();
                for (int i = from; i < Math.min(count, from + 1000); i++) {
                    chunk.add(kv.expiring("k%06d".formatted(i), "1", Duration.ofSeconds(1)));
                }
                kv.commit(chunk.toArray(KeyValueOperation[]::new));
            }
            kv.commit(put("z", "1"));
            kv.clock.moveMs(1000);
            KeyValuePage first = get(kv.plane.list(ADMIN, TestKeyValues.listing("", 10)));
            // The timer may have deleted some of them already.
            if (first.next().isPresent()) {
                assertThat(first.items()).isEmpty();
                assertThat(list(kv, withCursor("", first.next().get()))).containsExactly("z");
            } else {
                assertThat(keys(first)).containsExactly("z");
            }
        }
    }

    @Test
    void rulesDecideByCallerAndKey() {
        try (TestKeyValues kv = new TestKeyValues(folder)) {
            kv.define(
                    "b",
                    Map.of(
                            "read", "auth != null && (key.startsWith('public/') || key.startsWith(auth.name + '/'))",
                            "write", "auth != null && key.startsWith(auth.name + '/')"));
            kv.commit(put("ann/1", "1"), put("bob/1", "1"), put("public/1", "1"));
            assertThat(keys(get(kv.plane.list(user("ann"), TestKeyValues.listing("", 10)))))
                    .containsExactly("ann/1", "public/1");
            assertThat(new String(get(kv.plane.get(user("ann"), "b", "ann/1")).value(), StandardCharsets.UTF_8))
                    .isEqualTo("1");
            assertThat(failure(kv.plane.get(user("ann"), "b", "bob/1")).code()).isEqualTo(ErrorCode.KEY_NOT_FOUND);
            assertThat(failure(kv.plane.get(user("ann"), "b", "bob/2")).code()).isEqualTo(ErrorCode.KEY_NOT_FOUND);
            get(kv.plane.commit(user("ann"), "b", List.of(put("ann/2", "1"))));
            assertThat(failure(commit(kv, "ann", put("ann/3", "1"), put("bob/1", "2"))))
                    .extracting(e -> e.code())
                    .isEqualTo(ErrorCode.FORBIDDEN);
            assertThat(kv.keys("")).containsExactly("ann/1", "ann/2", "bob/1", "public/1");
            assertThat(failure(kv.plane.list(io.patchbay.api.auth.Identity.ANONYMOUS, TestKeyValues.listing("", 10)))
                            .code())
                    .isEqualTo(ErrorCode.FORBIDDEN);
            kv.define("b", Map.of());
            assertThat(failure(kv.plane.get(user("ann"), "b", "ann/1")).code()).isEqualTo(ErrorCode.FORBIDDEN);
            assertThat(failure(kv.plane.buckets(user("ann"))).code()).isEqualTo(ErrorCode.FORBIDDEN);
        }
    }

    private static java.util.concurrent.CompletionStage<?> commit(
            TestKeyValues kv, String name, KeyValueOperation... operations) {
        try {
            return kv.plane.commit(user(name), "b", List.of(operations));
        } catch (io.patchbay.api.PatchbayException e) {
            return java.util.concurrent.CompletableFuture.failedFuture(e);
        }
    }
}
