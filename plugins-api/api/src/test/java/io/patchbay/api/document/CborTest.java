package io.patchbay.api.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CborTest {
    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "23, 17",
        "24, 1818",
        "255, 18ff",
        "256, 190100",
        "65536, 1a00010000",
        "4294967296, 1b0000000100000000",
        "-1, 20",
        "-24, 37",
        "-25, 3818",
        "9223372036854775807, 1b7fffffffffffffff",
        "-9223372036854775808, 3b7fffffffffffffff"
    })
    void integersTakeTheirShortestForm(long value, String hex) {
        assertThat(hex(Value.of(value))).isEqualTo(hex);
        assertThat(decode(hex)).isEqualTo(Value.of(value));
    }

    @ParameterizedTest
    @CsvSource({
        "1.5, f93e00", "-0.5, f9b800", "5.960464477539063e-8, f90001", "0.00006103515625, f90400",
                "6.097555160522461e-5, f903ff", "2.98023223876953125e-8, fa33000000",
        "0.1, fb3fb999999999999a", "3.4028234663852886e+38, fa7f7fffff", "1.0e300, fb7e37e43c8800759c",
                "1.0009765625, f93c01", "2047.5, fa44fff000", "1023.5, f963ff"
    })
    void doublesTakeTheShortestFormThatIsExact(double value, String hex) {
        assertThat(hex(Value.of(value))).isEqualTo(hex);
        assertThat(decode(hex)).isEqualTo(Value.of(value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "f93c00",
                "fa3f800000",
                "fb3ff0000000000000",
                "1801",
                "190001",
                "1a00000001",
                "1b0000000000000001"
            })
    void everyFormOfOneIsTheSameInteger(String hex) {
        assertThat(decode(hex)).isEqualTo(Value.of(1));
    }

    @Test
    void negativeZeroIsZero() {
        assertThat(decode("f98000")).isEqualTo(Value.of(0));
        assertThat(hex(Value.of(-0.0))).isEqualTo("00");
    }

    @Test
    void keysComeInTheOrderOfTheirEncoding() {
        Value.Struct struct = Value.struct(
                "aa",
                Value.of(1),
                "é",
                Value.of(2),
                "b",
                Value.of(3),
                "",
                Value.of(4),
                "\uffff",
                Value.of(5),
                "😀",
                Value.of(6),
                "zzz",
                Value.of(7));
        List<String> keys = new ArrayList<>(
                ((Value.Struct) Cbor.decode(Cbor.encode(struct))).fields().keySet());
        assertThat(keys).containsExactly("", "b", "aa", "é", "zzz", "\uffff", "😀");
    }

    @Test
    void whatIsWrittenIsReadAsTheSameValueAndWrittenTheSameAgain() {
        long seed = System.nanoTime();
        RandomValues values = new RandomValues(seed);
        Random random = new Random(seed);
        for (int i = 0; i < 5000; i++) {
            Value value = values.next(5);
            byte[] bytes = Cbor.encode(value);
            Value again = Cbor.decode(bytes);
            assertThat(again).as("seed %d", seed).isEqualTo(value);
            assertThat(Cbor.encode(again)).as("seed %d", seed).isEqualTo(bytes);
            assertThat(Cbor.encode(shuffled(value, random))).as("seed %d", seed).isEqualTo(bytes);
        }
    }

    @Test
    void jacksonReadsWhatIsWrittenAsTheSameValue() throws IOException {
        long seed = System.nanoTime();
        RandomValues values = new RandomValues(seed);
        for (int i = 0; i < 2000; i++) {
            Value value = values.next(5);
            try (JsonParser parser = new CBORFactory().createParser(Cbor.encode(value))) {
                parser.nextToken();
                assertThat(jacksonValue(parser)).as("seed %d", seed).isEqualTo(value);
                assertThat(parser.nextToken()).as("seed %d", seed).isNull();
            }
        }
    }

    @Test
    void indefiniteLengthsAreRead() {
        assertThat(decode("9f01029fffff")).isEqualTo(Value.array(Value.of(1), Value.of(2), Value.array()));
        assertThat(decode("bf616101ff")).isEqualTo(Value.struct("a", Value.of(1)));
        assertThat(decode("7f657374726561646d696e67ff")).isEqualTo(Value.of("streaming"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "18",
                "1b00000000000000",
                "61",
                "7bffffffffffffffff",
                "7a7fffffff61",
                "9bffffffffffffffff",
                "9a7fffffff00",
                "81",
                "a1",
                "a16161",
                "bb7fffffffffffffff",
                "ff",
                "81ff",
                "a1ff",
                "bf6161ff",
                "1c",
                "1d",
                "1e",
                "1f",
                "3f",
                "fc",
                "fd",
                "fe",
                "f800",
                "f81f",
                "f8",
                "63efbf",
                "7f",
                "7fff00",
                "7f00ff",
                "7f7f6161ffff",
                "7f4161ff",
                "9f",
                "9f00",
                "bf",
                "0000",
                "f6f6",
                "9c",
                "bc",
                "7c",
                "f97e",
                "fa7f8000",
                "fb00"
            })
    void whatIsNotWellFormedIsMalformed(String hex) {
        assertRefused(hex, ErrorCode.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c074323031332d30332d32315432303a30343a30305a",
                "d9d9f700",
                "c249010000000000000000",
                "40",
                "4101",
                "5f4100ff",
                "f7",
                "f0",
                "f8ff",
                "f820",
                "e0",
                "f97e00",
                "f97c00",
                "f9fc00",
                "fa7fc00000",
                "fa7f800000",
                "fb7ff0000000000000",
                "fb7ff8000000000000",
                "1b8000000000000000",
                "1bffffffffffffffff",
                "3b8000000000000000",
                "3bffffffffffffffff",
                "a2616101616102",
                "bf616101616102ff",
                "a10001",
                "a1f601",
                "a1800000",
                "a1416101",
                "61ff",
                "62c080",
                "62c0af",
                "63e08080",
                "64f0808080",
                "63eda080",
                "66eda0bdedb880",
                "64f4908080",
                "61c3",
                "7f61c361a9ff",
                "a161ff00",
                "5f"
            })
    void whatNoValueCanBeIsInvalid(String hex) {
        assertRefused(hex, ErrorCode.VALUE_INVALID);
    }

    @Test
    void theReplacementCharacterItselfIsFine() {
        assertThat(decode("63efbfbd")).isEqualTo(Value.of("\ufffd"));
    }

    @Test
    void nestingHasALimitBothWays() {
        Value deep = Value.of(1);
        for (int i = 0; i < Limits.DEPTH; i++) {
            deep = i % 2 == 0 ? Value.array(deep) : Value.struct("a", deep);
        }
        assertThat(Cbor.decode(Cbor.encode(deep))).isEqualTo(deep);
        Value tooDeep = Value.array(deep);
        assertThatExceptionOfType(PatchbayException.class)
                .isThrownBy(() -> Cbor.encode(tooDeep))
                .matches(e -> e.code() == ErrorCode.LIMIT_EXCEEDED);
        assertRefused("81".repeat(Limits.DEPTH + 1) + "00", ErrorCode.LIMIT_EXCEEDED);
        assertRefused("9f".repeat(100_000), ErrorCode.LIMIT_EXCEEDED);
        assertRefused("bf60".repeat(100_000), ErrorCode.LIMIT_EXCEEDED);
    }

    @Test
    void claimedLengthsAllocateNothing() {
        // Each array claims as many items as bytes follow; believing them would take gigabytes.
        byte[] bytes = new byte[Limits.FRAME_BYTES];
        for (int i = 0; i < Limits.DEPTH; i++) {
            ByteBuffer.wrap(bytes, i * 5, 5).put((byte) 0x9a).putInt(bytes.length - (i + 1) * 5);
        }
        bytes[bytes.length - 1] = (byte) 0xff;
        assertThatExceptionOfType(PatchbayException.class).isThrownBy(() -> Cbor.decode(bytes));
    }

    @Test
    void aKeyThatComesTwiceBeforeABrokenValueIsTheSameFaultBothWays() {
        byte[] bytes = HexFormat.of().parseHex("a261610061611c");
        assertThatExceptionOfType(PatchbayException.class)
                .isThrownBy(() -> Cbor.decode(bytes))
                .matches(e -> e.code() == ErrorCode.MALFORMED);
        assertThatExceptionOfType(PatchbayException.class)
                .isThrownBy(() -> Json.fromCbor(bytes))
                .matches(e -> e.code() == ErrorCode.MALFORMED);
    }

    @Test
    void randomBytesAreReadOrRefusedButNeverFailOtherwise() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        RandomValues values = new RandomValues(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = i % 2 == 0 ? new byte[random.nextInt(40)] : Cbor.encode(values.next(3));
            if (i % 2 == 0) {
                random.nextBytes(bytes);
            } else {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            assertReadOrRefused(bytes, seed);
        }
    }

    private static void assertReadOrRefused(byte[] bytes, long seed) {
        try {
            Value value = Cbor.decode(bytes);
            assertThat(Cbor.decode(Cbor.encode(value))).isEqualTo(value);
            assertThat(Json.decode(Json.fromCbor(bytes))).as("seed %d", seed).isEqualTo(value);
        } catch (PatchbayException e) {
            PatchbayException same = catchThrowableOfType(PatchbayException.class, () -> Json.fromCbor(bytes));
            String which = "seed %d, %s".formatted(seed, HexFormat.of().formatHex(bytes));
            assertThat(same).as(which).isNotNull();
            assertThat(same.code()).as(which).isEqualTo(e.code());
        }
    }

    @Test
    void aPartOfAnArrayAndEveryKindOfBufferAreRead() {
        byte[] bytes = {(byte) 0xff, 0x61, 0x61, (byte) 0xff};
        assertThat(Cbor.decode(bytes, 1, 2)).isEqualTo(Value.of("a"));
        assertThat(Cbor.decode(ByteBuffer.wrap(bytes, 1, 2))).isEqualTo(Value.of("a"));
        ByteBuffer direct = ByteBuffer.allocateDirect(4).put(bytes).position(1).limit(3);
        assertThat(Cbor.decode(direct)).isEqualTo(Value.of("a"));
        assertThat(direct.remaining()).isEqualTo(2);
        assertThatExceptionOfType(PatchbayException.class).isThrownBy(() -> Cbor.decode(bytes, 1, 1));
    }

    @Test
    void aWriterEmbedsWhatIsEncodedAlready() {
        Value.Struct data = Value.struct("name", Value.of("Lyon"), "tags", Value.array(Value.of("é")));
        CborWriter writer = new CborWriter();
        writer.startMap(5)
                .text("id")
                .text("ça")
                .text("revision")
                .integer(-7)
                .text("data")
                .raw(Cbor.encode(data));
        writer.text("more")
                .startArray(4)
                .bool(true)
                .nil()
                .real(2.0)
                .real(0.5)
                .text("x".repeat(2000))
                .value(Value.NULL);
        assertThat(Cbor.decode(writer.toByteArray()))
                .isEqualTo(Value.struct(
                        "id",
                        Value.of("ça"),
                        "revision",
                        Value.of(-7),
                        "data",
                        data,
                        "more",
                        Value.array(Value.TRUE, Value.NULL, Value.of(2), Value.of(0.5)),
                        "x".repeat(2000),
                        Value.NULL));
        assertThat(writer.reset().integer(1).toByteArray()).containsExactly(1);
    }

    private static Value jacksonValue(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_ARRAY -> {
                List<Value> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(jacksonValue(parser));
                }
                return new Value.Array(items);
            }
            case START_OBJECT -> {
                Map<String, Value> fields = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    fields.put(name, jacksonValue(parser));
                }
                return new Value.Struct(fields);
            }
            case VALUE_STRING -> {
                return Value.of(parser.getText());
            }
            case VALUE_NUMBER_INT -> {
                return Value.of(parser.getLongValue());
            }
            case VALUE_NUMBER_FLOAT -> {
                return Value.of(parser.getDoubleValue());
            }
            case VALUE_TRUE -> {
                return Value.TRUE;
            }
            case VALUE_FALSE -> {
                return Value.FALSE;
            }
            case VALUE_NULL -> {
                return Value.NULL;
            }
            default -> throw new AssertionError(parser.currentToken());
        }
    }

    private static Value shuffled(Value value, Random random) {
        if (value instanceof Value.Array array) {
            return new Value.Array(
                    array.items().stream().map(item -> shuffled(item, random)).toList());
        }
        if (value instanceof Value.Struct struct) {
            List<String> names = new ArrayList<>(struct.fields().keySet());
            Collections.shuffle(names, random);
            Map<String, Value> fields = new LinkedHashMap<>();
            names.forEach(name -> fields.put(name, shuffled(struct.fields().get(name), random)));
            return new Value.Struct(fields);
        }
        return value;
    }

    private static void assertRefused(String hex, ErrorCode code) {
        PatchbayException e = catchThrowableOfType(PatchbayException.class, () -> decode(hex));
        assertThat(e).as(hex).isNotNull();
        assertThat(e.code()).as("%s: %s", hex, e.getMessage()).isEqualTo(code);
        assertThat(e).hasMessageEndingWith(".");
    }

    private static Value decode(String hex) {
        return Cbor.decode(HexFormat.of().parseHex(hex));
    }

    private static String hex(Value value) {
        return HexFormat.of().formatHex(Cbor.encode(value));
    }
}
