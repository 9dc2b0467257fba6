package io.patchbay.cli.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class SourceFileTest {
    private static final RowForm FORM = new RowForm(RowForm.ID, false);
    private static final CsvOptions CSV = new CsvOptions(',', List.of(), CsvTypes.AUTO);

    @Test
    void everyFormatGivesTheSameRows() throws IOException {
        List<String> rows = List.of("1 a {\"n\":1,\"t\":\"x y\"}", "2 b {\"n\":2.5,\"t\":\"\"}");
        assertThat(read(
                        "[{\"_id\":\"a\",\"n\":1,\"t\":\"x y\"},\n{\"_id\":\"b\",\"n\":2.5,\"t\":\"\"}]",
                        FileFormat.JSON))
                .isEqualTo(rows);
        assertThat(read("{\"_id\":\"a\",\"n\":1,\"t\":\"x y\"}\n{\"_id\":\"b\",\"n\":2.5,\"t\":\"\"}", FileFormat.JSON))
                .isEqualTo(rows);
        assertThat(read(
                        "{\"_id\":\"a\",\"n\":1,\"t\":\"x y\"}\r\n{\"_id\":\"b\",\"n\":2.5,\"t\":\"\"}\r\n",
                        FileFormat.JSONL))
                .isEqualTo(rows);
        assertThat(read("_id,n,t\r\na,1,x y\r\nb,2.5,\"\"\r\n", FileFormat.CSV))
                .containsExactly("2 a {\"n\":1,\"t\":\"x y\"}", "3 b {\"n\":2.5,\"t\":\"\"}");
    }

    @Test
    void aMarkAndCompressionAreSeen() throws IOException {
        byte[] text = "\ufeff{\"n\":1}\n".getBytes(StandardCharsets.UTF_8);
        assertThat(read(text, FileFormat.JSONL, FORM, CSV)).containsExactly("1 {\"n\":1}");
        assertThat(read(gzip(text), FileFormat.JSONL, FORM, CSV)).containsExactly("1 {\"n\":1}");
        byte[] cut = gzip("{\"n\":1}\n".repeat(100).getBytes(StandardCharsets.UTF_8));
        assertFault(
                Arrays.copyOf(cut, cut.length - 9),
                FileFormat.JSONL,
                "The compressed file is damaged or ends too early.");
        assertFault(
                "{\"n\":1}".getBytes(StandardCharsets.UTF_16),
                FileFormat.JSONL,
                "Line 1: The file is in UTF-16; 'iconv -f UTF-16 -t UTF-8' makes one of it that can be read.");
    }

    @Test
    void aBadLineOfJsonDoesNotTouchTheOthers() throws IOException {
        assertThat(read("{\"n\":1}\n\n{\"n\":}\n[1]\n{\"a\":1,\"a\":2}\n7 {\"n\":1}\n{\"n\":2", FileFormat.JSONL))
                .containsExactly(
                        "1 {\"n\":1}",
                        "3! This is not JSON at column 6: Unexpected character '}': expected a value.",
                        "4! A row is a JSON object, and this is none.",
                        "5! The key 'a' comes twice.",
                        "6! Something follows the value, so this is not JSON.",
                        "7! This is not JSON at column 7: Unexpected end-of-input: expected close marker for Object.");
        assertThat(read(bytes("{\"n\":\"", 0xff, "\"}\n{\"n\":2}"), FileFormat.JSONL, FORM, CSV))
                .containsExactly("1! It is not valid UTF-8, so this is not JSON.", "2 {\"n\":2}");
        String deep = "{\"a\":" + "[".repeat(70) + "]".repeat(70) + "}";
        assertThat(read(deep + "\n{}", FileFormat.JSONL))
                .containsExactly("1! A value may be nested 64 levels deep, and this one is deeper.", "2 {}");
    }

    @Test
    void aBadRowOfAnArrayIsPassedOver() throws IOException {
        assertThat(read("[{\"n\":1},\n 7,\n{\"n\":1,\n \"m\":tru},\"x,]\", {\"}]\":\"\\\"]}\"}]\n", FileFormat.JSON))
                .containsExactly(
                        "1 {\"n\":1}",
                        "2! A row is a JSON object, and this is none.",
                        "3! This is not JSON at line 4, column 6: Unrecognized token 'tru'.",
                        "4! A row is a JSON object, and this is none.",
                        "4 {\"}]\":\"\\\"]}\"}");
        assertThat(read("[]", FileFormat.JSON)).isEmpty();
        assertThat(read("", FileFormat.JSON)).isEmpty();
        assertFault(
                "[{\"n\":1},\n{\"n\":2}\n", FileFormat.JSON, "Line 3: The file ends within its JSON: it is not whole.");
        assertFault("[{\"n\":1},\n{\"n\":", FileFormat.JSON, "Line 2: The file ends within its JSON: it is not whole.");
        assertFault(
                "[{\"n\":1} {\"n\":2}]",
                FileFormat.JSON,
                "Line 1: At column 10 a comma or the array's end is missing.");
        assertFault("[{\"n\":1}] x", FileFormat.JSON, "Line 1: Something follows the array.");
    }

    @Test
    void csvTellsTypesByTheText() throws IOException {
        assertThat(read(
                        "a,b,c,d,e\n1,-2.50,true,null,\n\"1\",007,\"true\",\"null\",\"\"\n+1,1e400,[1],\"{\"\"x\"\": 1}\",[1\n99999999999999999999,1.0,TRUE,NaN, 1\n",
                        FileFormat.CSV))
                .containsExactly(
                        "2 {\"a\":1,\"b\":-2.5,\"c\":true,\"d\":null}",
                        "3 {\"a\":\"1\",\"b\":\"007\",\"c\":\"true\",\"d\":\"null\",\"e\":\"\"}",
                        "4 {\"a\":\"+1\",\"b\":\"1e400\",\"c\":[1],\"d\":{\"x\":1},\"e\":\"[1\"}",
                        "5 {\"a\":\"99999999999999999999\",\"b\":1,\"c\":\"TRUE\",\"d\":\"NaN\",\"e\":\" 1\"}");
    }

    @Test
    void csvTypesCanBeGiven() throws IOException {
        CsvOptions options =
                new CsvOptions(';', List.of("n", "b", "t", "j"), CsvTypes.parse("text,n=number,b=boolean,j=json"));
        byte[] text =
                "\"1\";true;12;\"\"\"x\"\"\"\n;;;\nx;true;1;1\n1;1;1;1\n1;true;1;{\n".getBytes(StandardCharsets.UTF_8);
        assertThat(read(text, FileFormat.CSV, FORM, options))
                .containsExactly(
                        "1 {\"b\":true,\"j\":\"x\",\"n\":1,\"t\":\"12\"}",
                        "2 {}",
                        "3! Column 'n': 'x' is no number.",
                        "4! Column 'b': '1' is no 'true' or 'false'.",
                        "5! Column 'j': '{' is no JSON.");
        assertThatThrownBy(() -> CsvTypes.parse("n=int"))
                .hasMessage("A column's type is auto, text, number, boolean or json, not 'int'.");
    }

    @Test
    void csvRowsThatAreNoneAreNamedAndTheRestGoesOn() throws IOException {
        assertThat(read("a,b\n1,\"x\ny\"\"z\"\n1\n1,2,3\n1,\"x\"y,\n\n2,q\"q\n", FileFormat.CSV))
                .containsExactly(
                        "2 {\"a\":1,\"b\":\"x\\ny\\\"z\"}",
                        "4! There are 1 fields, and 2 columns.",
                        "5! There are 3 fields, and 2 columns.",
                        "6! At column 6, in field 2, something follows the closing quote.",
                        "8 {\"a\":2,\"b\":\"q\\\"q\"}");
        assertThat(read(bytes("a\n", 0xe9, "\n\u00e9\n"), FileFormat.CSV, FORM, CSV))
                .containsExactly("2! Field 1 is not valid UTF-8.", "3 {\"a\":\"\u00e9\"}");
        assertFault("a,b\n1,\"x\n2,3\n", FileFormat.CSV, "Line 2: The quote in field 2, at column 3, is never closed.");
        assertFault("a,b,a\n", FileFormat.CSV, "Line 1: The column 'a' comes twice.");
        assertFault("a,,b\n", FileFormat.CSV, "Line 1: Column 2 has no name.");
        assertFault("", FileFormat.CSV, "Line 1: The file is empty; a CSV file begins with the names of its columns.");
    }

    @Test
    void idsComeFromAField() throws IOException {
        RowForm code = new RowForm("code", true);
        assertThat(read(
                        "{\"code\":\"x\",\"n\":1}\n{\"code\":7}\n{\"n\":1}\n{\"code\":1.5}\n{\"code\":\"\"}"
                                .getBytes(StandardCharsets.UTF_8),
                        FileFormat.JSONL,
                        code,
                        CSV))
                .containsExactly(
                        "1 x {\"n\":1,\"code\":\"x\"}",
                        "2 7 {\"code\":7}",
                        "3! There is no field 'code', which is to be the id.",
                        "4! Field 'code' is to be the id, which is a text or an integer.",
                        "5! Field 'code': A document id is 1 to 256 bytes of UTF-8 without control characters.");
        assertThat(read("_id,n\n007,1\n,2\n", FileFormat.CSV)).containsExactly("2 007 {\"n\":1}", "3 {\"n\":2}");
    }

    @Test
    void anEndlessRowIsPassedOverInBoundedMemory() throws IOException {
        long length = 64L << 20;
        for (FileFormat format : List.of(FileFormat.JSONL, FileFormat.CSV)) {
            InputStream file = new java.io.SequenceInputStream(java.util.Collections.enumeration(List.of(
                    text(format == FileFormat.CSV ? "n\n" : ""),
                    new Endless(length),
                    text(format == FileFormat.CSV ? "\n1\n" : "\n{\"n\":1}\n"))));
            long before = used();
            List<String> rows = read(file, format, FORM, CSV);
            assertThat(rows).hasSize(2);
            assertThat(rows.get(0)).endsWith("! The row is longer than 4 MiB.");
            assertThat(rows.get(1)).endsWith("{\"n\":1}");
            assertThat(used() - before).isLessThan(32L << 20);
        }
        assertFault(
                new java.io.SequenceInputStream(text("[{\"a\":\""), new Endless(length)),
                FileFormat.JSON,
                "Line 1: The file ends within its JSON: it is not whole.");
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** So many letters, which nobody holds. */
    private static final class Endless extends InputStream {
        private long left;

        Endless(long length) {
            left = length;
        }

        @Override
        public int read() {
            return left-- > 0 ? 'x' : -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int read = (int) Math.min(left, length);
            Arrays.fill(buffer, offset, offset + read, (byte) 'x');
            left -= read;
            return read;
        }
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] bytes(String before, int b, String after) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(before.getBytes(StandardCharsets.UTF_8));
        out.write(b);
        out.write(after.getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static List<String> read(String text, FileFormat format) throws IOException {
        return read(text.getBytes(StandardCharsets.UTF_8), format, FORM, CSV);
    }

    private static List<String> read(byte[] file, FileFormat format, RowForm form, CsvOptions csv) throws IOException {
        return read(new ByteArrayInputStream(file), format, form, csv);
    }

    /** {@code line id data}, or {@code line! why}. */
    private static List<String> read(InputStream file, FileFormat format, RowForm form, CsvOptions csv)
            throws IOException {
        List<String> rows = new ArrayList<>();
        try (RowSource source = SourceFile.open(file, format, form, csv)) {
            for (Row row = source.next(); row != null; row = source.next()) {
                if (row instanceof Row.Bad bad) {
                    rows.add(bad.line() + "! " + bad.why());
                } else {
                    Row.Readable readable = (Row.Readable) row;
                    Value data = Cbor.decode(readable.data());
                    rows.add(readable.line() + " "
                            + readable.id().map(id -> id + " ").orElse("")
                            + new String(Json.encode(data), StandardCharsets.UTF_8));
                }
            }
        }
        return rows;
    }

    private static void assertFault(String text, FileFormat format, String sentence) {
        assertFault(text.getBytes(StandardCharsets.UTF_8), format, sentence);
    }

    private static void assertFault(byte[] file, FileFormat format, String sentence) {
        assertFault(new ByteArrayInputStream(file), format, sentence);
    }

    private static void assertFault(InputStream file, FileFormat format, String sentence) {
        assertThatThrownBy(() -> read(file, format, FORM, CSV))
                .isInstanceOf(FileFault.class)
                .hasMessageEndingWith(sentence);
    }
}
