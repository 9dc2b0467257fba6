package io.patchbay.cli.transfer;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** CSV with a header, or with columns that are named from outside. The id is text whatever it looks like. */
final class CsvRows implements RowReader {
    private final CsvRecords records;
    private final RowForm form;
    private final CsvTypes types;
    private List<String> columns;
    private boolean begun;

    /** @param columns empty: the first record names them */
    CsvRows(ByteInput in, RowForm form, CsvOptions options) {
        this.records = new CsvRecords(in, options.separator());
        this.form = form;
        this.types = options.types();
        this.columns = options.columns();
    }

    @Override
    public @Nullable Row next() throws IOException {
        if (!begun) {
            begun = true;
            begin();
        }
        CsvRecords.Line record = records.next();
        return record == null ? null : row(record);
    }

    private void begin() throws IOException {
        long line = 1;
        if (columns.isEmpty()) {
            CsvRecords.Line header = records.next();
            if (header == null) {
                throw FileFault.at(1, "The file is empty; a CSV file begins with the names of its columns.");
            }
            line = header.line();
            if (header.fault() != null) {
                throw FileFault.at(line, "The names of the columns can't be read: " + header.fault());
            }
            columns = header.fields().stream().map(CsvRecords.Field::text).toList();
        }
        requireDistinct(line);
        for (String typed : types.byColumn().keySet()) {
            if (!columns.contains(typed)) {
                throw FileFault.at(line, "There is no column '" + typed + "', whose type is given.");
            }
        }
        if (form.kept() && !columns.contains(form.idField())) {
            throw FileFault.at(line, "There is no column '" + form.idField() + "', which is to be the id.");
        }
    }

    private void requireDistinct(long line) throws FileFault {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < columns.size(); i++) {
            String column = columns.get(i);
            if (column.isEmpty()) {
                throw FileFault.at(line, "Column " + (i + 1) + " has no name.");
            }
            if (!seen.add(column)) {
                throw FileFault.at(line, "The column '" + column + "' comes twice.");
            }
        }
    }

    private Row row(CsvRecords.Line record) {
        if (record.fault() != null) {
            return new Row.Bad(record.line(), record.fault());
        }
        List<CsvRecords.Field> fields = record.fields();
        if (fields.size() != columns.size()) {
            return new Row.Bad(
                    record.line(), "There are " + fields.size() + " fields, and " + columns.size() + " columns.");
        }
        Map<String, Value> data = new LinkedHashMap<>();
        for (int i = 0; i < fields.size(); i++) {
            String column = columns.get(i);
            CsvType type = column.equals(form.idField()) && !form.kept() ? CsvType.TEXT : types.of(column);
            try {
                Optional<Value> value =
                        type.read(fields.get(i).text(), fields.get(i).quoted());
                value.ifPresent(present -> data.put(column, present));
            } catch (RuntimeException e) {
                return new Row.Bad(record.line(), "Column '" + column + "': " + e.getMessage());
            }
        }
        return form.row(record.line(), new Value.Struct(data));
    }
}
