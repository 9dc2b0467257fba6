package io.patchbay.store.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which keys are in memory, and for how long. */
class KeyIndexTest {
    private final KeyIndex index = new KeyIndex(1);

    private static byte[] key(long bucket, String text) {
        return Place.bytes(bucket, text.getBytes(UTF_8));
    }

    private static List<byte[]> keys(int count) {
        return IntStream.range(0, count).mapToObj(i -> key(1, "key-" + i)).toList();
    }

    @Test
    void aKeyStaysUntilNoReaderIsOlderThanItsEnd() {
        index.add(keys(3));
        index.enterReader("first");
        index.remove(List.of(key(1, "key-0")));
        index.enterReader("second");
        index.remove(List.of(key(1, "key-1")));
        assertThat(index.size()).isEqualTo(3);
        index.leave("first");
        assertThat(index.size())
                .as("the second came after the end of the first key")
                .isEqualTo(2);
        index.leave("second");
        assertThat(index.size()).isEqualTo(1);
        index.remove(keys(3));
        assertThat(index.size()).isZero();
        assertThat(index.bytes()).isZero();
    }

    @Test
    void aKeyThatCameBackStays() {
        index.add(keys(1));
        index.enterReader("reader");
        index.remove(keys(1));
        index.add(keys(1));
        long bytes = index.bytes();
        index.leave("reader");
        assertThat(index.size()).isEqualTo(1);
        assertThat(index.bytes()).isEqualTo(bytes);
        index.remove(keys(1));
        assertThat(index.bytes()).isZero();
    }

    @Test
    void aKeyThatWentWhileTheyAreFilledIsNotFilledIn() {
        index.enterReader("filling");
        index.remove(keys(1));
        index.fill(key(1, "key-0"));
        index.fill(key(1, "key-1"));
        index.leave("filling");
        assertThat(index.size()).isEqualTo(1);
        index.remove(List.of(key(1, "key-1")));
        assertThat(index.bytes()).isZero();
    }

    @Test
    void aBucketGoesWithAllItsKeys() {
        index.add(keys(2500));
        index.add(List.of(key(2, "another's"), key(0, "another's")));
        index.removeAll(1);
        assertThat(index.size()).isEqualTo(2);
        index.enterReader("reader");
        index.add(keys(2500));
        index.removeAll(1);
        assertThat(index.size()).isEqualTo(2502);
        index.leave("reader");
        assertThat(index.size()).isEqualTo(2);
    }
}
