package io.patchbay.store.rocksdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueKey;
import io.patchbay.api.kv.KeyValueLoad;
import io.patchbay.api.kv.KeyValueMutation;
import io.patchbay.api.kv.KeyValueRange;
import io.patchbay.api.kv.KeyValueScan;
import io.patchbay.api.kv.KeyValueStore;
import io.patchbay.store.rocksdb.RawDatabase.Row;
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
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;

/** What a sealed store does beside what every store does. */
class SealedFolderTest {
    private static final long CITIES = 1;
    private static final long CLEAR = 2;

    @TempDir
    Path directory;

    private KeyValueStore store;
    private final KeyValueModel model = new KeyValueModel("epoch-1", 0);

    @BeforeEach
    void open() {
        store = new SealedFactory().open(directory, Map.of());
        if (store.state().epoch().isEmpty()) {
            store.begin("epoch-1", 0);
            store.defineBucket(CITIES, false);
            store.defineBucket(CLEAR, true);
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void put(long bucket, String key, String value, long expiresAtMs) {
        store.commit(model.commit(List.of(model.put(bucket, key, value.getBytes(UTF_8), expiresAtMs))));
    }

    private void put(String key, String value) {
        put(CITIES, key, value, 0);
    }

    private void delete(String key) {
        store.commit(model.commit(List.of(model.delete(CITIES, key))));
    }

    private List<String> keys() {
        List<String> keys = new ArrayList<>();
        try (KeyValueScan scan = store.scan(CITIES, KeyValueRange.ALL)) {
            for (KeyValueEntry entry = scan.next(); entry != null; entry = scan.next()) {
                keys.add(entry.key());
            }
        }
        return keys;
    }

    @Test
    void nothingThatAUserWroteStandsInAnyFile() throws Exception {
        for (int i = 0; i < 50; i++) {
            put(CITIES, "xqzKey-" + i, "xqzValue-" + i, i % 3 == 0 ? 100 + i : 0);
        }
        put(CLEAR, "clear-key", "xqzValue", 7);
        delete("xqzKey-7");
        KeyValueEntry typed = new KeyValueEntry("xqzTyped", 900, 1, 0, "text/xqz", new byte[] {1});
        store.load(List.of(new KeyValueLoad(CITIES, typed)));
        store.finishLoad("epoch-1", 900);
        assertNoMarker();
        store.close();
        assertNoMarker();
        try (RawDatabase raw = new RawDatabase(directory)) {
            raw.compact();
        }
        assertNoMarker();
        open();
        assertThat(store.find(CITIES, "xqzTyped").orElseThrow().contentType()).isEqualTo("text/xqz");
        assertThat(store.find(CLEAR, "clear-key")).isPresent();
    }

    private void assertNoMarker() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> all = files.filter(Files::isRegularFile).toList();
            assertThat(all).hasSizeGreaterThanOrEqualTo(4);
            for (Path file : all) {
                assertThat(new String(Files.readAllBytes(file), ISO_8859_1))
                        .as(file.toString())
                        .doesNotContainIgnoringCase("xqz");
            }
        }
    }

    /** One change of a closed store's files. */
    @FunctionalInterface
    private interface Tampering {
        void run(RawDatabase raw, Row oslo, Row rome) throws RocksDBException;
    }

    @Test
    void aChangedMovedOrSetBackRecordIsFoundOut() throws Exception {
        put("oslo", "Oslo");
        put("rome", "Rome");
        Row oldRecord;
        Row oldValue;
        store.close();
        try (RawDatabase raw = new RawDatabase(directory)) {
            oldRecord = ofRevision(raw, 1);
            oldValue = raw.rows(raw.values()).stream()
                    .filter(row -> Arrays.equals(row.key(), oldRecord.key()))
                    .findFirst()
                    .orElseThrow();
        }
        open();
        put("oslo", "Oslo again");
        List<Tampering> ofValues = List.of(
                (raw, oslo, rome) -> raw.put(raw.values(), oslo.key(), oldValue.value()),
                (raw, oslo, rome) -> raw.put(raw.entries(), oslo.key(), oldRecord.value()),
                (raw, oslo, rome) -> raw.put(raw.values(), oslo.key(), flipped(oldValue.value(), 20)),
                (raw, oslo, rome) -> raw.delete(raw.values(), oslo.key()));
        for (Tampering tampering : ofValues) {
            assertFoundOut(tampering, false);
        }
        List<Tampering> ofRecords = List.of(
                (raw, oslo, rome) -> raw.put(raw.entries(), oslo.key(), rome.value()),
                // A revision, a time, an end, and what is sealed.
                (raw, oslo, rome) -> raw.put(raw.entries(), oslo.key(), flipped(oslo.value(), 8)),
                (raw, oslo, rome) -> raw.put(raw.entries(), oslo.key(), flipped(oslo.value(), 16)),
                (raw, oslo, rome) -> raw.put(raw.entries(), oslo.key(), flipped(oslo.value(), 24)),
                (raw, oslo, rome) -> raw.put(raw.entries(), oslo.key(), flipped(oslo.value(), 40)));
        for (Tampering tampering : ofRecords) {
            assertFoundOut(tampering, true);
        }
        assertThat(keys()).containsExactly("oslo", "rome");
    }

    private void assertFoundOut(Tampering tampering, boolean keyIsLost) throws RocksDBException {
        store.close();
        Row oslo;
        Row value;
        try (RawDatabase raw = new RawDatabase(directory)) {
            oslo = ofRevision(raw, 3);
            value = raw.rows(raw.values()).stream()
                    .filter(row -> Arrays.equals(row.key(), oslo.key()))
                    .findFirst()
                    .orElseThrow();
            tampering.run(raw, oslo, ofRevision(raw, 2));
        }
        open();
        assertDamaged(() -> store.find(CITIES, "oslo"));
        assertThat(store.find(CITIES, "rome")).isPresent();
        assertDamaged(() -> store.scanAll(Optional.empty(), 10));
        if (keyIsLost) {
            assertThat(keys()).containsExactly("rome");
            assertThat(store.findFault())
                    .hasValueSatisfying(text -> assertThat(text).contains("{" + CITIES + "=1}"));
        } else {
            assertDamaged(this::keys);
        }
        store.close();
        try (RawDatabase raw = new RawDatabase(directory)) {
            raw.put(raw.entries(), oslo.key(), oslo.value());
            raw.put(raw.values(), value.key(), value.value());
        }
        open();
        assertThat(store.find(CITIES, "oslo")).isPresent();
    }

    private static Row ofRevision(RawDatabase raw, long revision) {
        return raw.rows(raw.entries()).stream()
                .filter(row -> row.value()[8] == revision)
                .findFirst()
                .orElseThrow();
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= 0x40;
        return flipped;
    }

    private static void assertDamaged(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_DAMAGED))
                .hasMessageContaining("bucket " + CITIES)
                .hasMessageContaining("does not open");
    }

    @Test
    void whichKeysStandInClearCanNotBeChangedFromOutside() throws Exception {
        put("oslo", "Oslo");
        store.close();
        try (RawDatabase raw = new RawDatabase(directory)) {
            Row note = raw.rows(raw.meta()).stream()
                    .filter(row -> row.key()[0] == 'b' && row.key()[8] == CITIES)
                    .findFirst()
                    .orElseThrow();
            Row clear = raw.rows(raw.meta()).stream()
                    .filter(row -> row.key()[0] == 'b' && row.key()[8] == CLEAR)
                    .findFirst()
                    .orElseThrow();
            raw.put(raw.meta(), note.key(), clear.value());
        }
        assertDamaged(() -> new SealedFactory().open(directory, Map.of()));
    }

    @Test
    void whetherKeysStandInClearStaysOnceThereAreSome() {
        put("oslo", "Oslo");
        assertThatThrownBy(() -> store.defineBucket(CITIES, true))
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
        store.defineBucket(CLEAR, false);
        store.defineBucket(CLEAR, true);
    }

    @Test
    void aStoreIsSealedFromItsBeginningOrNever() throws IOException {
        store.close();
        RocksKeyValueStoreFactory factory = new RocksKeyValueStoreFactory(new MemoryMetrics());
        assertThatThrownBy(() -> factory.open(directory, Map.of()))
                .isInstanceOf(PatchbayException.class)
                .hasMessageContaining("is sealed");
        Path plain = Files.createDirectory(directory.resolve("plain"));
        factory.open(plain, Map.of()).close();
        assertThatThrownBy(() -> new SealedFactory().open(plain, Map.of()))
                .isInstanceOf(PatchbayException.class)
                .hasMessageContaining("is kept in clear");
        factory.open(plain, Map.of()).close();
        open();
    }

    @Test
    void newKeysBeyondTheMemoryAreRefusedAndOldOnesServed() {
        store.close();
        store = new SealedFactory().open(directory, Map.of("keyMemoryMiB", "1"));
        String long1000 = "k".repeat(1000);
        int[] count = {0};
        assertThatThrownBy(() -> {
                    while (count[0] < 2000) {
                        put(long1000 + count[0], "value");
                        count[0]++;
                    }
                })
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INDEX_MEMORY))
                .hasMessageContaining("1 MiB")
                .hasMessageContaining("keyMemoryMiB");
        assertThat(count[0]).isBetween(900, 1100);
        assertThat(store.state().entries()).isEqualTo(count[0]);
        assertThat(store.find(CITIES, long1000 + count[0])).isEmpty();
        put(long1000 + 7, "replaced");
        put(CLEAR, long1000, "of another bucket", 0);
        delete(long1000 + 8);
        put(long1000 + 8, "back");
        delete(long1000 + 9);
        put(long1000 + "x", "in its place");
        assertThat(keys()).hasSize(count[0]);
    }

    /** Writes that meet the filling of the index after the start, at whatever moment, leave it right. */
    @Test
    void keysAreRightThoughWritesMeetTheirFilling() {
        Random random = Seeds.random("keysAreRightThoughWritesMeetTheirFilling");
        for (int i = 0; i < 40; i++) {
            List<KeyValueMutation> mutations = new ArrayList<>();
            for (int j = 0; j < 100; j++) {
                mutations.add(model.put(CITIES, "key-" + (i * 100 + j), new byte[] {1}, 0));
            }
            store.commit(model.commit(mutations));
        }
        for (int round = 0; round < 4; round++) {
            store.close();
            open();
            for (int i = 0; i < 150; i++) {
                String key = "key-" + random.nextInt(4200);
                if (random.nextBoolean()) {
                    delete(key);
                } else {
                    put(key, "again");
                }
            }
            Awaitility.await()
                    .untilAsserted(() -> assertThat(keys())
                            .containsExactlyElementsOf(model.scan(CITIES, KeyValueRange.ALL).stream()
                                    .map(KeyValueEntry::key)
                                    .toList()));
        }
    }

    @Test
    void aBucketWithKeysInClearExpiresAndScansToo() {
        put(CLEAR, "b", "2", 50);
        put(CLEAR, "a", "1", 0);
        put(CITIES, "oslo", "Oslo", 20);
        assertThat(store.findExpired(100, 10))
                .containsExactly(new KeyValueKey(CITIES, "oslo"), new KeyValueKey(CLEAR, "b"));
        try (KeyValueScan scan = store.scan(CLEAR, KeyValueRange.ALL)) {
            assertThat(scan.next()).isNotNull().extracting(KeyValueEntry::key).isEqualTo("a");
            assertThat(scan.next()).isNotNull().extracting(KeyValueEntry::key).isEqualTo("b");
            assertThat(scan.next()).isNull();
        }
    }
}
