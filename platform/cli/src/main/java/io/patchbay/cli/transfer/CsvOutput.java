package io.patchbay.cli.transfer;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** CSV whose columns are known. What it writes is read as the same values again: texts that look like something else stand in quotes. */
final class CsvOutput implements DocumentOutput {
    private final OutputStream out;
    private final char separator;
    private final List<String> columns;
    private final CsvTypes types;
    private final IdField id;
    private final StringBuilder line = new StringBuilder();
    private boolean begun;

    CsvOutput(OutputStream out, CsvOptions options, List<String> columns, IdField id) {
        this.out = out;
        this.separator = options.separator();
        this.types = options.types();
        this.columns = columns;
        this.id = id;
    }

    @Override
    public void write(String documentId, Value.Struct data) throws IOException {
        begin();
        id.requireFree(documentId, data);
        if (id.field().isPresent()) {
            text(documentId);
        }
        for (String column : columns) {
            Value value = data.fields().get(column);
            if (value instanceof Value.Text text) {
                requireText(documentId, column, text.value());
                text(text.value());
            } else if (value instanceof Value.Array || value instanceof Value.Struct) {
                quoted(json(value));
            } else {
                plain(value == null ? "" : json(value));
            }
        }
        endLine();
    }

    /** There is no way to write such a text so that it is not read as JSON, unless the reader is told. */
    private void requireText(String documentId, String column, String text) throws FileFault {
        if (types.of(column) != CsvType.TEXT && CsvType.looksLikeJson(text)) {
            throw new FileFault("The text '" + column + "' of the document '" + documentId
                    + "' is itself JSON, which CSV can't tell from an array or an object: export as jsonl, or give --types "
                    + column + "=text, here and when it is imported.");
        }
    }

    private static String json(Value value) {
        return new String(Json.encode(value), StandardCharsets.UTF_8);
    }

    private void begin() throws IOException {
        if (!begun) {
            begun = true;
            id.field().ifPresent(this::name);
            columns.forEach(this::name);
            endLine();
        }
    }

    private void name(String name) {
        if (needsQuotes(name)) {
            quoted(name);
        } else {
            plain(name);
        }
    }

    private void text(String text) {
        if (CsvType.needsQuotes(text) || needsQuotes(text)) {
            quoted(text);
        } else {
            plain(text);
        }
    }

    private boolean needsQuotes(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == separator || c == '"' || c == '\n' || c == '\r') {
                return true;
            }
        }
        return text.isEmpty();
    }

    private void quoted(String text) {
        line.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                line.append('"');
            }
            line.append(c);
        }
        line.append('"').append(separator);
    }

    private void plain(String text) {
        line.append(text).append(separator);
    }

    private void endLine() throws IOException {
        if (line.length() > 0) {
            line.setLength(line.length() - 1);
        }
        out.write(line.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        line.setLength(0);
    }

    @Override
    public void finish() throws IOException {
        begin();
        out.flush();
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
