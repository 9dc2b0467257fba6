package io.patchbay.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProblemTest {
    @Test
    void theHeaderNamesTheSameTimeToComeBackAsTheBody() {
        PatchbayException known =
                new PatchbayException(ErrorCode.RATE_LIMITED, "Try again in 14 s.", Map.of("retryAfter", 14L));
        assertThat(retryAfter(known)).isEqualTo("14");
        assertThat(retryAfter(new PatchbayException(ErrorCode.OVERLOADED, "Too much.")))
                .isEqualTo("1");
    }

    private static String retryAfter(PatchbayException failure) {
        return Problem.of(failure).headers().get("Retry-After");
    }
}
