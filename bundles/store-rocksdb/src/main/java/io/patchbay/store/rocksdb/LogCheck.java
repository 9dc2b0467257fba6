package io.patchbay.store.rocksdb;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Tells what a power loss leaves at the end of RocksDB's log from damage to what was acknowledged, which RocksDB itself does not.
 *
 * <p>Every write waits for its sync, so of all that is in the log one write at most was never acknowledged: the last. A power loss may leave any of its pages out. Where the log ends within it, RocksDB drops it, as it should; but where a page in its middle is missing, and so reads as zeros, RocksDB does not open at all. The other
 * way round, a page of zeros further in front makes it skip, without a word, what stood there.
 *
 * <p>So the log is walked through before RocksDB reads it. It is a row of blocks; a record lies in one of them or goes on from the beginning of the next, and each piece has a checksum. What does not check out and has the beginning of another record behind it is damage. What has nothing behind it is torn, if a sector of it reads as zeros; if
 * none does, it is damage, too, for a flipped bit in the last acknowledged write looks like that.
 */
final class LogCheck {
    private static final int BLOCK = 32 << 10;
    /** Checksum, length, kind; little-endian. */
    private static final int HEADER = 4 + 2 + 1;

    private static final int SECTOR = 512;
    private static final int CHECKSUM_MASK = 0xa282ead8;

    private static final int WHOLE = 1;
    private static final int FIRST = 2;
    private static final int MIDDLE = 3;
    private static final int LAST = 4;
    /** These have a longer header; we have none, for no log is used again. */
    private static final List<Integer> OF_RECYCLED_LOGS = List.of(5, 6, 7, 8, 11, 131);

    private final Path log;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C checksum = new CRC32C();
    // Where the last record ends that checks out.
    private long whole;
    private boolean within;
    private boolean damaged;
    private boolean anotherBehind;
    private boolean foreign;

    /** The end of a log that a power loss has torn: from {@code whole} on. */
    record Torn(Path log, long whole) {
        void cut() throws IOException {
            try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
                file.truncate(whole);
                file.force(true);
            }
        }
    }

    private LogCheck(Path log) {
        this.log = log;
    }

    /**
     * @return the torn end of the last log, if it has one that RocksDB may not open with
     * @throws PatchbayException STORE_UNAVAILABLE if there is damage before the last record
     */
    static Optional<Torn> check(Path directory) throws IOException {
        List<Path> logs;
        try (Stream<Path> files = Files.list(directory)) {
            logs = files.filter(file -> file.getFileName().toString().matches("\\d+\\.log"))
                    .filter(file -> file.toFile().length() > 0)
                    .sorted(Comparator.comparingLong(LogCheck::number))
                    .toList();
        }
        Optional<Torn> torn = Optional.empty();
        for (Path log : logs) {
            torn = new LogCheck(log).walk();
        }
        return torn;
    }

    private static long number(Path log) {
        String name = log.getFileName().toString();
        return Long.parseLong(name.substring(0, name.length() - ".log".length()));
    }

    private Optional<Torn> walk() throws IOException {
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ)) {
            long size = file.size();
            for (long at = 0; at < size && !anotherBehind && !foreign; at += BLOCK) {
                read(file, at, (int) Math.min(BLOCK, size - at));
                walkBlock(at);
            }
            if (foreign) {
                return Optional.empty();
            }
            if (anotherBehind) {
                throw new PatchbayException(
                        ErrorCode.STORE_UNAVAILABLE,
                        "The log " + log + " is damaged behind byte " + whole
                                + ", and acknowledged writes stand behind that: opening the store would drop them or what is damaged. Take a backup, or copy the file back if the disk was repaired.");
            }
            return damaged && missesASector(file, size) ? Optional.of(new Torn(log, whole)) : Optional.empty();
        }
    }

    private void read(FileChannel file, long at, int length) throws IOException {
        block.clear().limit(length);
        while (block.hasRemaining() && file.read(block, at + block.position()) >= 0) {
            // All of it, or what there is if it has become shorter.
        }
        block.flip();
    }

    private void walkBlock(long begin) {
        int at = 0;
        while (!damaged && block.limit() - at >= HEADER) {
            int end = endOfPiece(at);
            int kind = kind(at);
            foreign = end > 0 && OF_RECYCLED_LOGS.contains(kind);
            if (foreign) {
                return;
            }
            damaged = end < 0 || within != (kind == MIDDLE || kind == LAST);
            if (!damaged) {
                within = kind == FIRST || kind == MIDDLE;
                whole = within ? whole : begin + end;
                at = end;
            }
        }
        // Where it goes on behind damage is not known, so each byte may be the beginning.
        for (; damaged && !anotherBehind && block.limit() - at >= HEADER; at++) {
            anotherBehind = (kind(at) == WHOLE || kind(at) == FIRST) && endOfPiece(at) > 0;
        }
    }

    private int kind(int at) {
        return Byte.toUnsignedInt(block.get(at + HEADER - 1));
    }

    /** Negative if what is there is no piece, or its checksum is not its own. */
    private int endOfPiece(int at) {
        int length = Short.toUnsignedInt(block.getShort(at + 4));
        int end = at + HEADER + length;
        if (end > block.limit() || kind(at) == 0) {
            return -1;
        }
        checksum.reset();
        checksum.update(block.array(), at + HEADER - 1, 1 + length);
        int masked = Integer.rotateRight((int) checksum.getValue(), 15) + CHECKSUM_MASK;
        return block.getInt(at) == masked ? end : -1;
    }

    private boolean missesASector(FileChannel file, long size) throws IOException {
        for (long at = whole; at < size; at = (at / SECTOR + 1) * SECTOR) {
            read(file, at, (int) (Math.min((at / SECTOR + 1) * SECTOR, size) - at));
            boolean zeros = true;
            while (block.hasRemaining() && zeros) {
                zeros = block.get() == 0;
            }
            if (zeros) {
                return true;
            }
        }
        return false;
    }
}
