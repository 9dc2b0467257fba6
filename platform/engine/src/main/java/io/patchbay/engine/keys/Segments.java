package io.patchbay.engine.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.engine.keys.Keyring.DataKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * The segments of one store, in the file {@code sealing} of its folder. Each opening of the store that seals something appends one, durable before that:
 *
 * <pre>
 * format 1
 * store 00112233445566778899aabbccddeeff
 * segment 1 1 SALT COMMITMENT
 * </pre>
 *
 * <p>A segment's key is derived from a data key with a fresh salt, and with the store and the segment's number: under a key that nobody else can ever have, counting from 0 repeats no nonce. The commitment
 * is derived beside it, so that a line which was changed, or taken from elsewhere, is told from a record that was. Not thread-safe.
 */
final class Segments {
    static final String FILE = "sealing";

    private static final String FORMAT = "1";
    private static final int SALT_BYTES = 32;
    private static final int COMMITMENT_BYTES = 16;
    private static final int STORE_BYTES = 16;

    private final Path file;
    private final IntFunction<Optional<DataKey>> dataKeys;
    private final Map<Integer, Line> lines = new HashMap<>();
    private String store = "";
    private int last;

    private record Line(int number, int dataKey, byte[] salt, byte[] commitment) {
        @Override
        public String toString() {
            return "segment " + number + ' ' + dataKey + ' ' + base64(salt) + ' ' + base64(commitment) + '\n';
        }
    }

    private Segments(Path file, IntFunction<Optional<DataKey>> dataKeys) {
        this.file = file;
        this.dataKeys = dataKeys;
    }

    /**
     * Reads the file of {@code folder}, or makes it.
     *
     * @throws IllegalArgumentException with a clause on what is wrong with it
     */
    static Segments open(Path folder, IntFunction<Optional<DataKey>> dataKeys) throws IOException {
        Segments segments = new Segments(folder.resolve(FILE), dataKeys);
        if (Files.exists(segments.file)) {
            segments.read();
        } else {
            segments.store = HexFormat.of().formatHex(Keyring.random(STORE_BYTES));
            PrivateFile.write(
                    segments.file,
                    ("# The keys of this store's records, derived from those of keys/keyring.\nformat " + FORMAT
                                    + "\nstore " + segments.store + '\n')
                            .getBytes(US_ASCII));
        }
        return segments;
    }

    /** The numbers of the data keys that a store's segments are derived from; none if it has no segments. */
    static Set<Integer> dataKeysOf(Path folder) throws IOException {
        Set<Integer> numbers = new TreeSet<>();
        if (Files.exists(folder.resolve(FILE))) {
            Segments segments = new Segments(folder.resolve(FILE), number -> Optional.empty());
            segments.read();
            segments.lines.values().forEach(line -> numbers.add(line.dataKey()));
        }
        return numbers;
    }

    private void read() throws IOException {
        String text = Files.readString(file, US_ASCII);
        // A line that a kill cut off was never used.
        int whole = text.lastIndexOf('\n') + 1;
        if (whole < text.length()) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(whole);
            }
        }
        for (String line : text.substring(0, whole).lines().toList()) {
            if (!line.startsWith("#")) {
                read(line.split(" "));
            }
        }
        require(!store.isEmpty(), "names no store");
    }

    private void read(String[] words) {
        switch (words[0] + words.length) {
            case "format2" -> require(words[1].equals(FORMAT), "is of a newer format");
            case "store2" -> store = words[1];
            case "segment5" -> {
                try {
                    Line line = new Line(
                            Integer.parseInt(words[1]), Integer.parseInt(words[2]), bytes(words[3]), bytes(words[4]));
                    add(line);
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException("has a segment without a number", e);
                }
            }
            default -> throw new IllegalArgumentException("has a line that is none of a store's segments");
        }
    }

    private void add(Line line) {
        require(line.number() == last + 1, "lacks the segment " + (last + 1));
        last = line.number();
        lines.put(last, line);
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    /** Adds a segment under {@code key}; durable when it returns. */
    SegmentKey begin(DataKey key) throws IOException {
        byte[] salt = Keyring.random(SALT_BYTES);
        byte[] derived = derive(key, last + 1, salt);
        Line line = new Line(last + 1, key.number(), salt, Arrays.copyOfRange(derived, Aead.KEY_BYTES, derived.length));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            ByteBuffer bytes = ByteBuffer.wrap(line.toString().getBytes(US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        add(line);
        return new SegmentKey(line.number(), Arrays.copyOf(derived, Aead.KEY_BYTES));
    }

    /**
     * Empty if there is no such segment.
     *
     * @throws IllegalArgumentException with a clause, if its line was changed or its data key is gone
     */
    Optional<SegmentKey> find(int number) {
        Line line = lines.get(number);
        if (line == null) {
            return Optional.empty();
        }
        byte[] derived = derive(dataKeyOf(line), number, line.salt());
        require(
                MessageDigest.isEqual(line.commitment(), Arrays.copyOfRange(derived, Aead.KEY_BYTES, derived.length)),
                "was changed: its segment " + number + " is another's");
        return Optional.of(new SegmentKey(number, Arrays.copyOf(derived, Aead.KEY_BYTES)));
    }

    /** The key of the store's lookups: from its first segment, for as long as it lives. */
    byte[] lookupKey() {
        find(1);
        Line first = lines.get(1);
        return Hkdf.derive(
                dataKeyOf(first).bytes(), first.salt(), ("patchbay lookup " + store).getBytes(UTF_8), Aead.KEY_BYTES);
    }

    private DataKey dataKeyOf(Line line) {
        return dataKeys.apply(line.dataKey())
                .orElseThrow(() -> new IllegalArgumentException(
                        "needs the data key " + line.dataKey() + ", which the keyring does not have"));
    }

    /** @param bytes of an AES key */
    record SegmentKey(int number, byte[] bytes) {}

    private byte[] derive(DataKey key, int segment, byte[] salt) {
        return Hkdf.derive(
                key.bytes(),
                salt,
                ("patchbay store " + store + " segment " + segment).getBytes(UTF_8),
                Aead.KEY_BYTES + COMMITMENT_BYTES);
    }

    private static void require(boolean right, String clause) {
        if (!right) {
            throw new IllegalArgumentException(clause);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] bytes(String base64) {
        return Base64.getUrlDecoder().decode(base64);
    }
}
