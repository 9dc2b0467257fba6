package io.patchbay.api.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class FieldsTest {
    private final Fields fields = Fields.of(
            "the body",
            Value.struct("name", Value.of("Lyon"), "limit", Value.of(7), "on", Value.TRUE, "nothing", Value.NULL));

    @Test
    void fieldsAreReadByTheirType() {
        assertThat(fields.requireText("name")).isEqualTo("Lyon");
        assertThat(fields.findInt("limit", 1, 10)).contains(7L);
        assertThat(fields.findBool("on")).contains(true);
        assertThat(fields.findStruct("data")).isEmpty();
        assertThat(fields.findAny("nothing")).contains(Value.NULL);
        fields.done();
    }

    @Test
    void whatIsWrongIsNamed() {
        assertRefused(
                () -> fields.requireText("limit"),
                ErrorCode.BAD_REQUEST,
                "limit",
                "'limit' in the body must be text, not an integer.");
        assertRefused(
                () -> fields.findText("nothing"),
                ErrorCode.BAD_REQUEST,
                "nothing",
                "'nothing' in the body must be text, not null.");
        assertRefused(
                () -> fields.requireStruct("data"), ErrorCode.BAD_REQUEST, "data", "'data' is missing in the body.");
        assertRefused(
                () -> fields.findInt("limit", 1, 5),
                ErrorCode.BAD_REQUEST,
                "limit",
                "'limit' must be from 1 to 5, not 7.");
        assertThat(catchThrowableOfType(PatchbayException.class, () -> Fields.of("the body", Value.NULL)))
                .hasMessage("Expected an object as the body, not null.");
    }

    @Test
    void aFieldThatNobodyAskedForIsUnknown() {
        fields.requireText("name");
        fields.findText("limits");
        fields.findBool("on");
        assertRefused(
                fields::done,
                ErrorCode.UNKNOWN_FIELD,
                "limit",
                "There is no field 'limit' in the body. Did you mean 'limits'?");
    }

    @Test
    void aHostileNameIsCutInTheMessage() {
        Fields hostile = Fields.of("the body", Value.struct("😀".repeat(1000), Value.NULL));
        PatchbayException refused = catchThrowableOfType(PatchbayException.class, hostile::done);
        assertThat(refused.getMessage()).hasSizeLessThan(200);
        assertThat(Value.of(refused.getMessage())).isNotNull();
    }

    private static void assertRefused(ThrowingCallable call, ErrorCode code, String field, String message) {
        PatchbayException refused = catchThrowableOfType(PatchbayException.class, call);
        assertThat(refused).hasMessage(message);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.details()).isEqualTo(Map.of("field", field));
    }
}
