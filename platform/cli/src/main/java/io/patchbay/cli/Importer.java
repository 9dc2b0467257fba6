package io.patchbay.cli;

import io.patchbay.cli.transfer.Batch;
import io.patchbay.cli.transfer.Batches;
import io.patchbay.cli.transfer.Row;
import io.patchbay.cli.transfer.RowDigest;
import io.patchbay.cli.transfer.RowSource;
import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Takes the rows of one file to the node, from where an earlier command was stopped or killed. Used by one thread. */
final class Importer {
    /** What a bad row leads to. */
    enum OnError {
        STOP,
        SKIP,
        NOTHING;

        /** As it is written on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is done where a document is there already. */
    enum Existing {
        ERROR,
        REPLACE,
        KEEP;

        /** As it is written on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A row that ends the import; what came before it stays. */
    static final class Stopped extends Exception {
        private static final long serialVersionUID = 1L;

        Stopped(String sentence) {
            super(sentence);
        }
    }

    private final ImportTarget target;
    private final OnError onError;
    private final Existing existing;
    private final RejectedRows rejected;
    private final long rejectsMax;
    private final TransferProgress progress;
    private long written;
    private long kept;
    private String position = "";

    Importer(
            ImportTarget target,
            OnError onError,
            Existing existing,
            RejectedRows rejected,
            long rejectsMax,
            TransferProgress progress) {
        this.target = target;
        this.onError = onError;
        this.existing = existing;
        this.rejected = rejected;
        this.rejectsMax = rejectsMax;
        this.progress = progress;
    }

    /** Documents that this command has written. */
    long written() {
        return written;
    }

    /** Rows left out because a document is there, which was to be kept. */
    long kept() {
        return kept;
    }

    /** Of the last transaction; empty if the node's answer to it was lost. */
    String position() {
        return position;
    }

    /**
     * Reads the rows that an earlier command has imported.
     *
     * @return their digest; empty if they are not those
     */
    static Optional<RowDigest> skip(RowSource source, ImportTarget.State state) throws IOException {
        RowDigest digest = new RowDigest();
        for (long i = 0; i < state.rows(); i++) {
            Row row = source.next();
            if (row == null) {
                return Optional.empty();
            }
            digest.add(row);
        }
        boolean same = state.rows() == 0 || digest.text().equals(state.digest());
        return same ? Optional.of(digest) : Optional.empty();
    }

    /**
     * Imports what {@code source} has left.
     *
     * @throws Stopped at a row or a fault of the file; the rows before are imported
     */
    void run(RowSource source, RowDigest digest, long after) throws Stopped, InterruptedException {
        Batches batches = Batches.start(source, digest, after);
        while (true) {
            Batch batch = batches.take();
            write(batch);
            progress.show(written, batch.bytesRead());
            IOException fault = batch.fault();
            if (fault != null) {
                throw new Stopped(String.valueOf(fault.getMessage()));
            }
            if (batch.last()) {
                return;
            }
        }
    }

    private void write(Batch batch) throws Stopped, InterruptedException {
        Map<Integer, String> left = new TreeMap<>();
        for (int i = 0; i < batch.rows().size(); i++) {
            if (batch.rows().get(i) instanceof Row.Bad bad) {
                left.put(i, bad.why());
            }
        }
        Set<Integer> reported = new HashSet<>();
        while (true) {
            int stop = stop(batch, left, reported.size());
            // Before the rows around them are written: a command that is killed then names a row twice rather than
            // never.
            left.forEach((place, why) -> {
                if (place < stop && !why.isEmpty() && reported.add(place)) {
                    rejected.add(batch.rows().get(place), why);
                }
            });
            if (stop > 0 || (batch.last() && batch.rows().isEmpty())) {
                ImportTarget.Answer answer = target.write(batch, stop, left);
                if (!answer.present().isEmpty() || !answer.refused().isEmpty()) {
                    left.putAll(answer.refused());
                    answer.present()
                            .forEach(place ->
                                    left.put(place, present(batch.rows().get(place))));
                    continue;
                }
                count(stop, left, answer);
            }
            if (stop < batch.rows().size()) {
                throw stopped(batch.rows().get(stop), left.getOrDefault(stop, ""));
            }
            return;
        }
    }

    /** How many rows go, before one that nothing may follow. */
    private int stop(Batch batch, Map<Integer, String> left, int reported) {
        long bad = rejected.count() - reported;
        for (Map.Entry<Integer, String> row : left.entrySet()) {
            if (!row.getValue().isEmpty() && (onError != OnError.SKIP || ++bad > rejectsMax)) {
                return row.getKey();
            }
        }
        return batch.rows().size();
    }

    /** Empty if it is kept without a word. */
    private String present(Row row) {
        return existing == Existing.KEEP
                ? ""
                : "There is a document '" + ((Row.Readable) row).id().orElseThrow() + "' already.";
    }

    private void count(int count, Map<Integer, String> left, ImportTarget.Answer answer) {
        long leftOut = 0;
        for (Map.Entry<Integer, String> row : left.entrySet()) {
            if (row.getKey() < count) {
                leftOut++;
                kept += row.getValue().isEmpty() ? 1 : 0;
            }
        }
        written += count - leftOut;
        position = answer.position();
    }

    private Stopped stopped(Row row, String why) {
        String sentence = "Line " + row.line() + ": " + why;
        return new Stopped(
                onError == OnError.SKIP
                        ? sentence + " These are more than " + rejectsMax + " bad rows; --max-rejects allows more."
                        : sentence);
    }
}
