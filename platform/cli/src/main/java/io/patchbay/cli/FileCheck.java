package io.patchbay.cli;

import io.patchbay.cli.transfer.Row;
import io.patchbay.cli.transfer.RowSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads a whole file before the first of its rows is written: whether each can be read, no id comes twice, and no document is there under one. Used by one thread. */
final class FileCheck {
    private static final int IDS_AT_ONCE = 1000;

    private final ImportTarget target;
    private final boolean mustBeNew;
    private final TransferProgress progress;
    private final IdSet ids = new IdSet();
    private final List<Row.Readable> asked = new ArrayList<>();
    private long rows;

    /** @param mustBeNew whether a document that is there is an error */
    FileCheck(ImportTarget target, boolean mustBeNew, TransferProgress progress) {
        this.target = target;
        this.mustBeNew = mustBeNew;
        this.progress = progress;
    }

    /** @throws Importer.Stopped at the first row that can't be imported */
    void run(RowSource source) throws IOException, Importer.Stopped {
        try {
            for (Row row = source.next(); row != null; row = source.next()) {
                check(row);
                progress.show(++rows, source.bytesRead());
            }
            ask();
        } catch (io.patchbay.cli.transfer.FileFault e) {
            throw new Importer.Stopped(String.valueOf(e.getMessage()));
        }
    }

    private void check(Row row) throws Importer.Stopped {
        if (row instanceof Row.Bad bad) {
            throw stopped(row, bad.why());
        }
        Row.Readable readable = (Row.Readable) row;
        if (!mustBeNew || readable.id().isEmpty()) {
            return;
        }
        if (!ids.add(readable.id().get())) {
            throw stopped(row, "The id '" + readable.id().get() + "' comes twice in the file.");
        }
        asked.add(readable);
        if (asked.size() == IDS_AT_ONCE) {
            ask();
        }
    }

    private void ask() throws Importer.Stopped {
        if (asked.isEmpty()) {
            return;
        }
        List<Integer> present = target.findPresent(
                asked.stream().map(row -> row.id().orElseThrow()).toList());
        if (!present.isEmpty()) {
            Row.Readable row = asked.get(present.get(0));
            throw stopped(row, "There is a document '" + row.id().orElseThrow() + "' already.");
        }
        asked.clear();
    }

    private static Importer.Stopped stopped(Row row, String why) {
        return new Importer.Stopped("Line " + row.line() + ": " + why);
    }
}
