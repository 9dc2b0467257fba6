package io.patchbay.cli.transfer;

import io.patchbay.api.transfer.ImportChunk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** Reads a few batches ahead of whoever takes them, in a thread of its own. No id comes twice in a batch. */
public final class Batches {
    private static final int AHEAD = 4;

    private final RowSource source;
    private final RowDigest digest;
    private final BlockingQueue<Batch> read = new ArrayBlockingQueue<>(AHEAD);
    private long after;
    // The reading thread's: a row that begins the next batch.
    private @Nullable Row held;

    private Batches(RowSource source, RowDigest digest, long after) {
        this.source = source;
        this.digest = digest;
        this.after = after;
    }

    /**
     * @param digest of the rows that were read from {@code source} before
     * @param after how many they are
     */
    public static Batches start(RowSource source, RowDigest digest, long after) {
        Batches batches = new Batches(source, digest, after);
        Thread thread = new Thread(batches::run, "rows");
        thread.setDaemon(true);
        thread.start();
        return batches;
    }

    /** The next; the one that says so is the last. */
    public Batch take() throws InterruptedException {
        return read.take();
    }

    private void run() {
        try {
            Batch batch;
            do {
                batch = readBatch();
                read.put(batch);
            } while (!batch.last() && batch.fault() == null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Batch readBatch() {
        RowDigest before = digest.copy();
        List<Row> rows = new ArrayList<>();
        boolean last = false;
        IOException fault = null;
        try {
            last = fill(rows);
        } catch (IOException e) {
            fault = e;
        } catch (RuntimeException | Error e) {
            fault = new IOException("reading failed: " + e, e);
        }
        rows.forEach(digest::add);
        Batch batch = new Batch(after, rows, before, digest.text(), source.bytesRead(), last, fault);
        after += rows.size();
        return batch;
    }

    /** @return whether the end is reached */
    private boolean fill(List<Row> rows) throws IOException {
        Set<String> ids = new HashSet<>();
        long bytes = 0;
        while (rows.size() < ImportChunk.ROWS) {
            Row row = held != null ? held : source.next();
            held = null;
            if (row == null) {
                return true;
            }
            if (row instanceof Row.Readable readable) {
                bytes += readable.data().length;
                boolean known =
                        readable.id().isPresent() && !ids.add(readable.id().get());
                if (known || (bytes > Batch.BYTES && !rows.isEmpty())) {
                    held = row;
                    return false;
                }
            }
            rows.add(row);
        }
        return false;
    }
}
