package io.patchbay.cli.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is written is read as the same documents. */
class RoundTripTest {
    private static final IdField ID = new IdField(Optional.of(RowForm.ID));
    private static final CsvOptions CSV = new CsvOptions(',', List.of(), CsvTypes.AUTO);
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "a",
            "x,y",
            "x;y",
            "\"",
            "\"\"",
            "a\"b",
            "\n",
            "a\r\nb",
            "\r",
            "null",
            "true",
            "false",
            "0",
            "-1",
            "1.5",
            "1e5",
            "007",
            "+1",
            "[",
            "{",
            "[1",
            "{}x",
            "é",
            "\ud83d\ude00",
            "\u0000",
            "\ufeff",
            "=1+1",
            "NaN");
    private static final List<Value> NUMBERS = List.of(
            Value.of(0),
            Value.of(-1),
            Value.of(Long.MAX_VALUE),
            Value.of(Long.MIN_VALUE),
            Value.of(1.5),
            Value.of(-0.1),
            Value.of(Double.MAX_VALUE),
            Value.of(Double.MIN_VALUE),
            Value.of(1e300),
            Value.of(0x1p63));

    private final long seed = Long.getLong("patchbay.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void documentsComeBackFromEveryFormat() throws IOException {
        System.out.println("documentsComeBackFromEveryFormat: -Dpatchbay.seed=" + seed);
        for (int round = 0; round < 50; round++) {
            Map<String, Value.Struct> documents = new LinkedHashMap<>();
            for (int i = random.nextInt(30); i >= 0; i--) {
                documents.put(i + TEXTS.get(random.nextInt(6)), document());
            }
            for (FileFormat format : FileFormat.values()) {
                for (char separator : new char[] {',', ';', '\t'}) {
                    CsvOptions csv = new CsvOptions(separator, List.of(), CsvTypes.AUTO);
                    assertThat(read(write(documents, format, csv), format, csv))
                            .as(format.label())
                            .isEqualTo(documents);
                }
            }
        }
    }

    @Test
    void nothingIsWrittenAsNothing() throws IOException {
        for (FileFormat format : FileFormat.values()) {
            assertThat(read(write(Map.of(), format, CSV), format, CSV)).isEmpty();
        }
    }

    @Test
    void whatCsvCantTellApartIsRefusedUnlessItsTypeIsGiven() throws IOException {
        Map<String, Value.Struct> documents = Map.of("a", Value.struct("t", Value.of("[1]")));
        assertThatThrownBy(() -> write(documents, FileFormat.CSV, CSV))
                .hasMessage(
                        "The text 't' of the document 'a' is itself JSON, which CSV can't tell from an array or an object: export as jsonl, or give --types t=text, here and when it is imported.");
        CsvOptions text = new CsvOptions(',', List.of(), CsvTypes.parse("t=text"));
        assertThat(read(write(documents, FileFormat.CSV, text), FileFormat.CSV, text))
                .isEqualTo(documents);
    }

    @Test
    void aFieldThatIsCalledLikeTheIdIsRefused() {
        Map<String, Value.Struct> documents = Map.of("a", Value.struct("_id", Value.of(1)));
        for (FileFormat format : FileFormat.values()) {
            assertThatThrownBy(() -> write(documents, format, CSV))
                    .hasMessage(
                            "The document 'a' has a field '_id' of its own: --id-as NAME puts ids into another field, --no-id leaves them out.");
        }
    }

    @Test
    void columnsCanBeChosen() throws IOException {
        CsvOptions chosen = new CsvOptions(',', List.of("b", "x y"), CsvTypes.AUTO);
        byte[] file = write(
                Map.of("i", Value.struct("a", Value.of(1), "b", Value.NULL, "c", Value.TRUE)), FileFormat.CSV, chosen);
        assertThat(new String(file, StandardCharsets.UTF_8)).isEqualTo("_id,b,x y\r\ni,null,\r\n");
    }

    private Value.Struct document() {
        Map<String, Value> fields = new LinkedHashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            fields.put("f" + TEXTS.get(random.nextInt(TEXTS.size())) + random.nextInt(3), value(2));
        }
        return new Value.Struct(fields);
    }

    private Value value(int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> Value.NULL;
            case 1 -> Value.of(random.nextBoolean());
            case 2 -> NUMBERS.get(random.nextInt(NUMBERS.size()));
            case 3, 4 -> Value.of(TEXTS.get(random.nextInt(TEXTS.size())));
            case 5 -> Value.array(value(depth - 1), value(depth - 1));
            default -> Value.struct("x", value(depth - 1));
        };
    }

    private static byte[] write(Map<String, Value.Struct> documents, FileFormat format, CsvOptions csv)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DocumentOutput output = format.write(out, ID, csv)) {
            for (Map.Entry<String, Value.Struct> document : documents.entrySet()) {
                output.write(document.getKey(), document.getValue());
            }
            output.finish();
        }
        return out.toByteArray();
    }

    private static Map<String, Value.Struct> read(byte[] file, FileFormat format, CsvOptions csv) throws IOException {
        Map<String, Value.Struct> documents = new LinkedHashMap<>();
        RowForm form = new RowForm(RowForm.ID, false);
        try (RowSource source = SourceFile.open(new ByteArrayInputStream(file), format, form, csv)) {
            for (Row row = source.next(); row != null; row = source.next()) {
                assertThat(row).isInstanceOf(Row.Readable.class);
                Row.Readable readable = (Row.Readable) row;
                documents.put(readable.id().orElseThrow(), (Value.Struct) Cbor.decode(readable.data()));
            }
        }
        return documents;
    }
}
