package io.patchbay.store.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.driver.rocksdb.RocksLibrary;
import io.patchbay.testkit.KeyValueModel;
import io.patchbay.testkit.session.MemoryMetrics;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDB;

/** What is found in a store's folder, and how it is opened. */
class StoreFolderTest {
    private static final int COMMITS = 20;

    private final RocksKeyValueStoreFactory factory = new RocksKeyValueStoreFactory(new MemoryMetrics());

    @TempDir
    Path directory;

    private void fill() {
        KeyValueModel model = new KeyValueModel("e", 0);
        try (KeyValueStore store = factory.open(directory, Map.of())) {
            store.begin("e", 0);
            for (int i = 0; i < COMMITS; i++) {
                store.commit(model.commit(List.of(model.put(1, "key-" + i, new byte[500], 0))));
            }
        }
    }

    /** What was written last, and not acknowledged, may be torn. */
    @Test
    void aTornRecordAtTheEndOfTheLogIsLeftOut() throws IOException {
        fill();
        Path log = log();
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
            file.truncate(Files.size(log) - 100);
        }
        try (KeyValueStore store = factory.open(directory, Map.of())) {
            assertThat(store.state().lastRevision()).isEqualTo(COMMITS - 1);
            assertThat(store.state().entries()).isEqualTo(COMMITS - 1);
            assertThat(store.find(1, "key-" + (COMMITS - 1))).isEmpty();
            assertThat(store.find(1, "key-" + (COMMITS - 2))).isPresent();
        }
    }

    /** What was acknowledged is never dropped without a word. */
    @Test
    void damageBeforeTheEndOfTheLogIsToldNotDropped() throws IOException {
        fill();
        Path log = log();
        byte[] bytes = Files.readAllBytes(log);
        byte[] damaged = bytes.clone();
        damaged[damaged.length / 2] ^= 1;
        Files.write(log, damaged);
        assertUnavailable(() -> factory.open(directory, Map.of()), "Corruption");
        assertThat(log).exists();
        Files.write(log, bytes);
        try (KeyValueStore store = factory.open(directory, Map.of())) {
            assertThat(store.state().lastRevision()).isEqualTo(COMMITS);
        }
    }

    private Path log() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> logs = files.filter(file -> file.toString().endsWith(".log"))
                    .filter(file -> file.toFile().length() > 0)
                    .toList();
            assertThat(logs).hasSize(1);
            return logs.get(0);
        }
    }

    @Test
    void newerFormatIsRefusedAndLeftAlone() throws Exception {
        fill();
        try (RawDatabase raw = new RawDatabase(directory)) {
            raw.put(raw.meta(), new byte[] {'f'}, new byte[] {99, 0});
        }
        assertUnavailable(() -> factory.open(directory, Map.of()), "format 99");
        try (RawDatabase raw = new RawDatabase(directory)) {
            raw.put(raw.meta(), new byte[] {'f'}, new byte[] {1, 0});
        }
        try (KeyValueStore store = factory.open(directory, Map.of())) {
            assertThat(store.state().lastRevision()).isEqualTo(COMMITS);
        }
    }

    @Test
    void foreignDatabaseIsRefusedAndLeftAlone() throws Exception {
        RocksLibrary.load();
        try (RocksDB foreign = RocksDB.open(directory.toString())) {
            foreign.put("theirs".getBytes(UTF_8), new byte[] {1});
        }
        assertUnavailable(() -> factory.open(directory, Map.of()), "none of Patchbay's");
        try (RocksDB foreign = RocksDB.open(directory.toString())) {
            assertThat(foreign.get("theirs".getBytes(UTF_8))).isEqualTo(new byte[] {1});
        }
    }

    @Test
    void aFolderThatIsGoneIsUnavailable() {
        assertUnavailable(() -> factory.open(directory.resolve("gone"), Map.of()), "can't be opened");
    }

    /** By whatever path: the two would write the same files. */
    @Test
    void aSecondOpeningByAnotherPathIsRefused() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Files.createDirectory(directory.resolve("a")));
        try (KeyValueStore store = factory.open(directory.resolve("a"), Map.of())) {
            assertUnavailable(() -> factory.open(link, Map.of()), "open elsewhere");
            assertThat(store.findFault()).isEmpty();
        }
    }

    @Test
    void theFactoryClosesWhatItsUsersLeftOpen() {
        KeyValueStore store = factory.open(directory, Map.of());
        factory.stop();
        assertUnavailable(store::state, "closed");
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("store-rocksdb"));
    }

    /** What is open takes memory; nothing of it is left, nor shown, when it is closed. */
    @Test
    void memoryIsShownWhileItIsOpen() {
        fill();
        RocksKeyValueStore store = (RocksKeyValueStore) factory.open(directory, Map.of());
        assertThat(store.find(1, "key-1")).isPresent();
        assertThat(store.memoryBytes()).isPositive().isLessThan(128L << 20);
        assertThat(store.keyMemoryBytes()).isZero();
        store.close();
        assertThat(store.memoryBytes()).isZero();
    }

    @Test
    void settingsAreNumbersWithinReason() {
        assertThat(RocksConfig.parse(Map.of())).isEqualTo(new RocksConfig(128, 512));
        assertThat(RocksConfig.parse(Map.of("cacheMiB", "64", "keyMemoryMiB", "9")))
                .isEqualTo(new RocksConfig(64, 9));
        for (String wrong : new String[] {"31", "1048577", "many", ""}) {
            assertThatThrownBy(() -> RocksConfig.parse(Map.of("cacheMiB", wrong)))
                    .isInstanceOf(PatchbayException.class)
                    .hasMessageContaining("'" + wrong + "'");
        }
        assertThatThrownBy(() -> RocksConfig.parse(Map.of("cacheMib", "64")))
                .hasMessageContaining("Did you mean 'cacheMiB'");
        assertThatThrownBy(() -> RocksConfig.parse(Map.of("keyMemoryMiB", "0"))).hasMessageContaining("from 1 to");
    }

    private static void assertUnavailable(ThrowingCallable call, String words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE))
                .hasMessageContaining(words);
    }
}
