package io.patchbay.api.document;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1.0, 1",
        "1e3, 1000",
        "-0, 0",
        "-0.0, 0",
        "100e-2, 1",
        "9007199254740993, 9007199254740993",
        "9223372036854775807, 9223372036854775807",
        "-9223372036854775808, -9223372036854775808",
        "0e400, 0",
        "1e-400, 0"
    })
    void integralNumbersAreIntegers(String json, long value) {
        assertThat(decode(json)).isEqualTo(Value.of(value));
    }

    @Test
    void otherNumbersAreDoubles() {
        assertThat(decode("0.1")).isEqualTo(Value.of(0.1));
        assertThat(decode("1e300")).isEqualTo(Value.of(1e300));
        assertThat(decode("1" + "0".repeat(50_000) + "e-50000")).isEqualTo(Value.of(1));
    }

    @Test
    void whatIsWrittenIsReadAsTheSameValue() {
        long seed = System.nanoTime();
        RandomValues values = new RandomValues(seed);
        for (int i = 0; i < 3000; i++) {
            Value value = values.next(5);
            byte[] json = Json.encode(value);
            assertThat(Utf8.isValid(json, 0, json.length)).as("seed %d", seed).isTrue();
            assertThat(Json.decode(json)).as("seed %d", seed).isEqualTo(value);
            assertThat(Json.decode(Json.fromCbor(Cbor.encode(value))))
                    .as("seed %d", seed)
                    .isEqualTo(value);
        }
    }

    @Test
    void theTextIsCompactAndKeepsWhatUtf8CanSay() {
        Value.Struct value = Value.struct(
                "big",
                Value.of(9007199254740993L),
                "é😀",
                Value.array(Value.of("\n\"😀"), Value.NULL, Value.TRUE, Value.of(0.5)));
        assertThat(new String(Json.encode(value), UTF_8))
                .isEqualTo("{\"big\":9007199254740993,\"é😀\":[\"\\n\\\"😀\",null,true,0.5]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[1,]",
                "[1 2]",
                "{\"a\":1,}",
                "{a:1}",
                "{'a':1}",
                "'a'",
                "NaN",
                "[Infinity]",
                "-Infinity",
                "01",
                "+1",
                ".5",
                "1.",
                "0x1",
                "1e",
                "--1",
                "nul",
                "tru",
                "[1]]",
                "{} {}",
                "1 2",
                "1// c",
                "/* c */1",
                "# c\n1",
                "\"\n\"",
                "\"\\x\"",
                "\"\\u12\"",
                "\"a",
                "[",
                "{",
                "{\"a\"",
                "{\"a\":",
                "[1,,2]",
                "{1:2}",
                "[1:2]",
                "\uFEFF1",
                "1\u0000",
                "\u00a01",
                "True",
                "\"\u0001\""
            })
    void whatIsNotJsonIsMalformed(String json) {
        assertRefused(json.getBytes(UTF_8), ErrorCode.MALFORMED);
    }

    @Test
    void whatIsWrongIsSaidWithoutNumbersOfCharacters() {
        assertThatThrownBy(() -> Json.decode("{'a':1}".getBytes(UTF_8)))
                .hasMessageContaining("Unexpected apostrophe (texts stand in double quotes)")
                .hasMessageNotContaining("code ");
        assertThatThrownBy(() -> Json.decode("[1,}".getBytes(UTF_8)))
                .hasMessageContaining("Unexpected character '}'")
                .hasMessageNotContaining("code ");
        assertThatThrownBy(() -> Json.decode("\"\u0001\"".getBytes(UTF_8))).hasMessageNotContaining("code ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775808",
                "-9223372036854775809",
                "1e400",
                "-1e400",
                "\"\\ud800\"",
                "\"\\udc00\\ud800\"",
                "\"\\ud800a\"",
                "{\"a\":1,\"a\":1}",
                "{\"\\udc00\":1}",
                "{\"\\ud800x\":1}",
                "{\"longer than a few bytes\\ud800\":1}",
                "{\"a\":1,\"\\u0061\":2}"
            })
    void whatNoValueCanBeIsInvalid(String json) {
        assertRefused(json.getBytes(UTF_8), ErrorCode.VALUE_INVALID);
    }

    @Test
    void escapedPairsAreOneCharacter() {
        assertThat(decode("{\"\\ud83d\\ude00\":\"\\ud83d\\ude00\"}")).isEqualTo(Value.struct("😀", Value.of("😀")));
    }

    @Test
    void hugeNumbersAreRefusedInTimeThatGrowsWithTheirLength() {
        assertRefused("9".repeat(1_000_000).getBytes(UTF_8), ErrorCode.VALUE_INVALID);
        assertRefused(("1" + "0".repeat(1_000_000) + ".5").getBytes(UTF_8), ErrorCode.VALUE_INVALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c0af", "e08080", "eda080", "eda0bdedb880", "f4908080", "c3", "f0808080"})
    void invalidUtf8IsMalformed(String hex) {
        assertRefused(HexFormat.of().parseHex("22" + hex + "22"), ErrorCode.MALFORMED);
    }

    @Test
    void otherEncodingsAreNotGuessed() {
        for (var charset : List.of(UTF_16BE, UTF_16LE)) {
            assertRefused("[1]".getBytes(charset), ErrorCode.MALFORMED);
            assertRefused("[\"é\"]".getBytes(charset), ErrorCode.MALFORMED);
        }
    }

    @Test
    void longTextIsCheckedToItsEnd() {
        byte[] json = ("\"" + "é".repeat(5000) + "\"").getBytes(UTF_8);
        assertThat(Json.decode(json)).isEqualTo(Value.of("é".repeat(5000)));
        json[json.length - 2] = (byte) 0xc3;
        assertRefused(json, ErrorCode.MALFORMED);
    }

    @Test
    void nestingHasALimitBothWays() {
        String deepest = "[".repeat(Limits.DEPTH) + "]".repeat(Limits.DEPTH);
        assertThat(new String(Json.encode(decode(deepest)), UTF_8)).isEqualTo(deepest);
        assertRefused(("[" + deepest + "]").getBytes(UTF_8), ErrorCode.LIMIT_EXCEEDED);
        assertRefused("[".repeat(100_000).getBytes(UTF_8), ErrorCode.LIMIT_EXCEEDED);
        assertRefused("{\"a\":".repeat(100_000).getBytes(UTF_8), ErrorCode.LIMIT_EXCEEDED);
        assertThatExceptionOfType(PatchbayException.class)
                .isThrownBy(() -> Json.encode(Value.array(decode(deepest))))
                .matches(e -> e.code() == ErrorCode.LIMIT_EXCEEDED);
    }

    @Test
    void keysThatShareOneHashAreRead() {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < 1 << 12; i++) {
            json.append(i == 0 ? "\"" : ",\"");
            for (int bit = 0; bit < 12; bit++) {
                json.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            json.append("\":1");
        }
        assertThat(((Value.Struct) decode(json.append('}').toString())).fields())
                .hasSize(1 << 12);
    }

    @Test
    void aWriterEmbedsStoredBodies() {
        try (JsonWriter writer = new JsonWriter()) {
            writer.startObject()
                    .key("items")
                    .startArray()
                    .cbor(Cbor.encode(Value.struct("a", Value.of(1.5))))
                    .value(Value.of("x"))
                    .endArray();
            writer.key("next")
                    .nil()
                    .key("more")
                    .bool(true)
                    .key("n")
                    .integer(Long.MIN_VALUE)
                    .key("t")
                    .text("é")
                    .endObject();
            assertThat(new String(writer.toByteArray(), UTF_8))
                    .isEqualTo(
                            "{\"items\":[{\"a\":1.5},\"x\"],\"next\":null,\"more\":true,\"n\":-9223372036854775808,\"t\":\"é\"}");
        }
    }

    @Test
    void storedBodiesReadAsTheirValuesDo() {
        long seed = System.nanoTime();
        System.out.println("storedBodiesReadAsTheirValuesDo: seed " + seed);
        RandomValues values = new RandomValues(seed);
        for (int i = 0; i < 5000; i++) {
            assertSameJson(values.next(4));
        }
        for (int length : new int[] {0, 1, 999, 1000, 1001, 3999, 4000, 8000, 16_000, 100_000}) {
            // Longer than what the writer holds at a time, and cut there within a character.
            assertSameJson(Value.of("é\"😀\u2028".repeat(length / 5 + 1).substring(0, length / 5 * 5)));
            assertSameJson(Value.of("x".repeat(length) + "\n"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"61ff", "62c3", "62c328", "63eda080", "62c080", "64f5808080", "7f61ffff", "6261"})
    void storedBodiesAreRefusedAsWhenTheyAreRead(String cbor) {
        byte[] item = HexFormat.of().parseHex(cbor);
        PatchbayException read = catchThrowableOfType(PatchbayException.class, () -> Cbor.decode(item));
        try (JsonWriter writer = new JsonWriter()) {
            assertThatExceptionOfType(PatchbayException.class)
                    .isThrownBy(() -> writer.cbor(item))
                    .withMessage(read.getMessage());
        }
    }

    private static void assertSameJson(Value value) {
        byte[] stored = Cbor.encode(value);
        try (JsonWriter writer = new JsonWriter()) {
            assertThat(new String(writer.cbor(stored).toByteArray(), UTF_8))
                    .isEqualTo(new String(Json.encode(Cbor.decode(stored)), UTF_8));
        }
    }

    private static Value decode(String json) {
        return Json.decode(json.getBytes(UTF_8));
    }

    private static void assertRefused(byte[] json, ErrorCode code) {
        PatchbayException e = catchThrowableOfType(PatchbayException.class, () -> Json.decode(json));
        assertThat(e).isNotNull();
        assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
        assertThat(e).hasMessageEndingWith(".");
        assertThat(e.getMessage()).doesNotContain("Feature", "REDACTED", "enable");
    }
}
