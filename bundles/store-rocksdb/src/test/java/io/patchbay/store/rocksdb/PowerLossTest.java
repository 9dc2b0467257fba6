package io.patchbay.store.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.testkit.KeyValueModel;
import io.patchbay.testkit.Seeds;
import io.patchbay.testkit.session.MemoryMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a power loss leaves of the log, where any page that was not synced may be missing; and damage that is none of its doing. */
class PowerLossTest {
    private static final int ACKNOWLEDGED = 40;
    private static final int PAGE = 4096;

    private final RocksKeyValueStoreFactory factory = new RocksKeyValueStoreFactory(new MemoryMetrics());
    private final Random random = Seeds.random("PowerLossTest");

    @TempDir
    Path home;

    /** A closed store, of which all is in its log. */
    private record Written(Path directory, Path log, byte[] bytes, List<Integer> ends) {
        int beforeLast() {
            return ends.get(ends.size() - 1);
        }
    }

    private Written write(String name, int lastBytes) throws IOException {
        Path directory = Files.createDirectory(home.resolve(name));
        KeyValueModel model = new KeyValueModel("e", 0);
        List<Integer> ends = new ArrayList<>();
        try (KeyValueStore store = factory.open(directory, Map.of())) {
            store.begin("e", 0);
            Path log = log(directory);
            for (int i = 0; i < ACKNOWLEDGED; i++) {
                put(store, model, "key-" + i, 1 + random.nextInt(1000));
                ends.add((int) Files.size(log));
            }
            put(store, model, "last", lastBytes);
            return new Written(directory, log, Files.readAllBytes(log), ends);
        }
    }

    private void put(KeyValueStore store, KeyValueModel model, String key, int bytes) {
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        store.commit(model.commit(List.of(model.put(1, key, value, 0))));
    }

    private static Path log(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> logs = files.filter(file -> file.toString().endsWith(".log"))
                    .filter(file -> file.toFile().length() > 0)
                    .toList();
            assertThat(logs).hasSize(1);
            return logs.get(0);
        }
    }

    @Test
    void whateverIsMissingOfTheLastWriteTheStoreOpensWithAllThatWasAcknowledged() throws IOException {
        for (int round = 0; round < 24; round++) {
            int lastBytes = new int[] {100, 5_000, 40_000, 300_000}[round % 4];
            Written written = write("round-" + round, lastBytes);
            byte[] left = losePages(written);
            Files.write(written.log(), left);
            boolean whole = Arrays.equals(left, written.bytes());
            assertServes(written.directory(), whole ? ACKNOWLEDGED + 1 : ACKNOWLEDGED);
        }
    }

    /** Any pages of what was not synced, and sometimes the end. */
    private byte[] losePages(Written written) {
        byte[] left = written.bytes().clone();
        int from = written.beforeLast();
        int lost = random.nextInt(3);
        for (int begin = from; begin < left.length; begin = (begin / PAGE + 1) * PAGE) {
            int end = Math.min((begin / PAGE + 1) * PAGE, left.length);
            boolean missing = lost == 0 || (lost == 1 ? random.nextBoolean() : random.nextInt(20) == 0);
            if (missing) {
                Arrays.fill(left, begin, end, (byte) 0);
            }
        }
        return random.nextInt(3) == 0 ? Arrays.copyOf(left, from + random.nextInt(left.length - from)) : left;
    }

    private void assertServes(Path directory, int revision) {
        for (int opening = 0; opening < 2; opening++) {
            try (KeyValueStore store = factory.open(directory, Map.of())) {
                assertThat(store.state().lastRevision()).isEqualTo(revision + opening);
                for (int i = 0; i < ACKNOWLEDGED; i++) {
                    assertThat(store.find(1, "key-" + i)).isPresent();
                }
                assertThat(store.find(1, "last").isPresent()).isEqualTo(revision > ACKNOWLEDGED);
                KeyValueModel more = new KeyValueModel("e", revision + opening);
                store.commit(more.commit(List.of(more.put(2, "more-" + opening, new byte[] {1}, 0))));
            }
        }
    }

    /** Such a page is as it was before: zeros behind the writes that it had then. In the last block of the log RocksDB skips them, and all behind them, in silence. */
    @Test
    void aPageOfWhichALaterWriteWasLostIsToldNotSkipped() throws IOException {
        for (int write : new int[] {3, 11, 19}) {
            Written written = write("write-" + write, 500);
            int from = written.ends().get(write);
            byte[] damaged = written.bytes().clone();
            Arrays.fill(damaged, from, (from / PAGE + 1) * PAGE, (byte) 0);
            assertRefused(written, damaged, "acknowledged writes stand behind");
        }
    }

    @Test
    void aPageThatIsGoneFromWhatWasAcknowledgedIsTold() throws IOException {
        for (int at = PAGE; at < 3 * PAGE; at += PAGE) {
            Written written = write("page-" + at, 300_000);
            byte[] damaged = written.bytes().clone();
            Arrays.fill(damaged, at, at + PAGE, (byte) 0);
            assertRefused(written, damaged, "acknowledged writes stand behind");
        }
    }

    @Test
    void aBitFlippedInWhatWasAcknowledgedIsTold() throws IOException {
        for (int round = 0; round < 10; round++) {
            Written written = write("bit-" + round, 2000);
            byte[] damaged = written.bytes().clone();
            damaged[random.nextInt(written.beforeLast())] ^= (byte) (1 << random.nextInt(8));
            assertRefused(written, damaged, "acknowledged writes stand behind");
        }
    }

    /** Nothing tells it from a write that was never acknowledged, but that none of its sectors is missing. */
    @Test
    void aBitFlippedInTheLastWriteIsTold() throws IOException {
        for (int round = 0; round < 10; round++) {
            Written written = write("last-" + round, 2000);
            byte[] last = written.bytes().clone();
            last[written.beforeLast() + 100 + random.nextInt(1800)] ^= 1;
            assertRefused(written, last, "failed");
        }
    }

    private void assertRefused(Written written, byte[] damaged, String words) throws IOException {
        Files.write(written.log(), damaged);
        assertThatThrownBy(() -> factory.open(written.directory(), Map.of()))
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE))
                .hasMessageContaining(words);
        assertThat(written.log()).hasBinaryContent(damaged);
        Files.write(written.log(), written.bytes());
        try (KeyValueStore store = factory.open(written.directory(), Map.of())) {
            assertThat(store.state().lastRevision()).isEqualTo(ACKNOWLEDGED + 1);
        }
        // That opening has begun a new log.
        assertThat(written.log()).doesNotExist();
    }
}
