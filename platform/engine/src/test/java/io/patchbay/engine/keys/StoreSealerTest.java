package io.patchbay.engine.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.crypto.Sealer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreSealerTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final byte[] CONTEXT = "document 7 oslo 3".getBytes(UTF_8);
    private static final byte[] PLAIN = "Oslo has 709000 people".getBytes(UTF_8);

    @TempDir
    Path folder;

    private Path store;
    private Keyring keyring = Keyring.create(NOW);

    @BeforeEach
    void makeStore() throws IOException {
        store = Files.createDirectory(folder.resolve("documents-1-sqlite"));
    }

    private Sealer open(Path place) {
        return StoreSealer.open(place, keyring::find, keyring::primary);
    }

    @Test
    void whatIsSealedOpensAfterARestartToo() {
        byte[] sealed = open(store).seal(CONTEXT, PLAIN);
        assertThat(sealed).hasSize(PLAIN.length + Sealer.OVERHEAD_BYTES);
        assertThat(new String(sealed, UTF_8)).doesNotContain("Oslo");
        Sealer again = open(store);
        assertThat(again.open(CONTEXT, sealed)).contains(PLAIN);
        assertThat(again.open(CONTEXT, again.seal(CONTEXT, new byte[0]))).contains(new byte[0]);
    }

    @Test
    void aBitChangedAnywhereOrAnotherContextDoesNotOpen() {
        Sealer sealer = open(store);
        byte[] sealed = sealer.seal(CONTEXT, PLAIN);
        for (int bit = 0; bit < 8 * sealed.length; bit++) {
            byte[] changed = sealed.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(sealer.open(CONTEXT, changed)).as("bit %d", bit).isEmpty();
        }
        for (int length = 0; length < sealed.length; length++) {
            assertThat(sealer.open(CONTEXT, Arrays.copyOf(sealed, length))).isEmpty();
        }
        assertThat(sealer.open("document 7 oslo 4".getBytes(UTF_8), sealed)).isEmpty();
        assertThat(sealer.open(CONTEXT, sealed)).contains(PLAIN);
    }

    @Test
    void anotherStoresRecordDoesNotOpenNorIsItsLookupTheSame() throws IOException {
        Sealer one = open(store);
        Sealer other = open(Files.createDirectory(folder.resolve("documents-2-sqlite")));
        assertThat(other.open(CONTEXT, one.seal(CONTEXT, PLAIN))).isEmpty();
        assertThat(other.lookup(CONTEXT)).isNotEqualTo(one.lookup(CONTEXT)).hasSize(Sealer.LOOKUP_BYTES);
        assertThat(open(store).lookup(CONTEXT)).isEqualTo(one.lookup(CONTEXT));
    }

    /** The same text in the same context, sealed again and again: two that are alike would have shared key and nonce. */
    @Test
    void noNonceComesTwiceOverRestartsARestoredBackupAndACopiedHome() throws IOException {
        List<byte[]> all = new ArrayList<>(sealSome(store));
        copy(store, folder.resolve("backup"));
        all.addAll(sealSome(store));
        all.addAll(sealSome(store));
        for (int restored = 0; restored < 3; restored++) {
            Path copy = folder.resolve("copy-" + restored);
            copy(folder.resolve("backup"), copy);
            all.addAll(sealSome(copy));
        }
        Set<String> distinct = new HashSet<>();
        for (byte[] sealed : all) {
            distinct.add(HexFormat.of().formatHex(sealed, 13, sealed.length));
        }
        assertThat(distinct).hasSize(all.size()).hasSize(6 * 4 * 100);
    }

    /** From several threads, and over the end of segments. */
    private List<byte[]> sealSome(Path place) {
        Sealer sealer = StoreSealer.open(place, keyring::find, keyring::primary, 70);
        Set<byte[]> sealed = ConcurrentHashMap.newKeySet();
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            threads.add(new Thread(() -> {
                for (int i = 0; i < 100; i++) {
                    sealed.add(sealer.seal(CONTEXT, PLAIN));
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        sealed.forEach(one -> assertThat(sealer.open(CONTEXT, one)).contains(PLAIN));
        return List.copyOf(sealed);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        Files.copy(from.resolve(Segments.FILE), to.resolve(Segments.FILE));
    }

    @Test
    void aSwappedOrChangedSegmentIsNamed() throws IOException {
        byte[] sealed = open(store).seal(CONTEXT, PLAIN);
        open(store).seal(CONTEXT, PLAIN);
        Path file = store.resolve(Segments.FILE);
        String text = Files.readString(file);
        List<String> lines = text.lines().toList();
        String first = lines.get(3);
        String second = lines.get(4);
        Files.writeString(
                file,
                text.replace(first, "!")
                        .replace(second, "segment 2" + first.substring(9))
                        .replace("!", "segment 1" + second.substring(9)));
        assertThatThrownBy(() -> open(store))
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("segment 1 is another's");

        Files.writeString(file, text.replace(second, "segment 2" + first.substring(9)));
        Sealer sealer = open(store);
        assertThat(sealer.open(CONTEXT, sealed)).contains(PLAIN);
        byte[] ofSecond = sealed.clone();
        ofSecond[4] = 2;
        assertThatThrownBy(() -> sealer.open(CONTEXT, ofSecond))
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_DAMAGED))
                .hasMessageContaining("segment 2 is another's");

        for (String broken : List.of(
                text.replace("segment 1", "segment 3"),
                text.replace("format 1", "format 2"),
                text.replaceFirst("store [0-9a-f]+", "store 00"),
                text.replaceFirst("store [0-9a-f]+\n", ""),
                text + "segment x 1 a b\n",
                text + "hello\n")) {
            Files.writeString(file, broken);
            assertThatThrownBy(() -> open(store))
                    .as(broken)
                    .isInstanceOf(PatchbayException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void anOpeningThatSealsNothingLeavesNoSegment() throws IOException {
        byte[] sealed = open(store).seal(CONTEXT, PLAIN);
        long size = Files.size(store.resolve(Segments.FILE));
        for (int i = 0; i < 5; i++) {
            assertThat(open(store).open(CONTEXT, sealed)).contains(PLAIN);
        }
        assertThat(Files.size(store.resolve(Segments.FILE))).isEqualTo(size);
    }

    @Test
    void aLineThatAKillCutOffIsForgotten() throws IOException {
        byte[] sealed = open(store).seal(CONTEXT, PLAIN);
        Path file = store.resolve(Segments.FILE);
        String whole = Files.readString(file);
        String line = whole.lines().toList().get(3).replace("segment 1", "segment 2");
        for (int length = 1; length <= line.length(); length += 7) {
            Files.writeString(file, whole);
            Files.writeString(file, line.substring(0, length), StandardOpenOption.APPEND);
            Sealer sealer = open(store);
            assertThat(sealer.open(CONTEXT, sealed)).contains(PLAIN);
            assertThat(sealer.open(CONTEXT, sealer.seal(CONTEXT, PLAIN))).contains(PLAIN);
            assertThat(Files.readString(file)).startsWith(whole + "segment 2 1 ");
        }
    }

    @Test
    void aMissingDataKeyIsNamed() throws IOException {
        Sealer old = open(store);
        byte[] sealed = old.seal(CONTEXT, PLAIN);
        keyring = keyring.withNewKey(NOW);
        Sealer fresh = open(store);
        assertThat(fresh.open(CONTEXT, sealed)).contains(PLAIN);
        assertThat(Segments.dataKeysOf(store)).containsExactly(1);
        fresh.seal(CONTEXT, PLAIN);
        assertThat(Segments.dataKeysOf(store)).containsExactly(1, 2);
        keyring = keyring.withNeeded(Set.of());
        assertThatThrownBy(() -> open(store)).hasMessageContaining("needs the data key 1");
        assertThat(Segments.dataKeysOf(folder)).isEmpty();
    }
}
