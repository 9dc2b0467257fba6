package io.patchbay.cli.transfer;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;

/** CSV with a column for every field that any document has: the documents wait in a temporary file of the owner's until all names are known. */
final class SpooledCsvOutput implements DocumentOutput {
    /** Names of columns that one file can have. */
    static final int COLUMNS_MAX = 10_000;

    private final OutputStream out;
    private final CsvOptions options;
    private final IdField id;
    private final Path spool;
    private final DataOutputStream spoolOut;
    private final Set<String> columns = new LinkedHashSet<>();
    private long documents;

    SpooledCsvOutput(OutputStream out, CsvOptions options, IdField id) throws IOException {
        this.out = out;
        this.options = options;
        this.id = id;
        this.spool = Files.createTempFile("patchbay-export", ".cbor");
        this.spoolOut = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(spool)));
    }

    @Override
    public void write(String documentId, Value.Struct data) throws IOException {
        id.requireFree(documentId, data);
        columns.addAll(data.fields().keySet());
        if (columns.size() > COLUMNS_MAX) {
            throw new FileFault("The documents have more than " + COLUMNS_MAX
                    + " different fields: --columns says which are wanted, or export as jsonl.");
        }
        write(Cbor.encode(Value.of(documentId)));
        write(Cbor.encode(data));
        documents++;
    }

    private void write(byte[] item) throws IOException {
        spoolOut.writeInt(item.length);
        spoolOut.write(item);
    }

    @Override
    public void finish() throws IOException {
        spoolOut.close();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(spool)));
                CsvOutput csv = new CsvOutput(out, options, new ArrayList<>(columns), id)) {
            for (long i = 0; i < documents; i++) {
                String documentId = ((Value.Text) read(in)).value();
                csv.write(documentId, (Value.Struct) read(in));
            }
            csv.finish();
        }
    }

    private static Value read(DataInputStream in) throws IOException {
        return Cbor.decode(in.readNBytes(in.readInt()));
    }

    @Override
    public void close() throws IOException {
        try {
            spoolOut.close();
        } finally {
            Files.deleteIfExists(spool);
        }
    }
}
