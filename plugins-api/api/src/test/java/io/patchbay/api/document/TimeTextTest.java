package io.patchbay.api.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimeTextTest {
    @Test
    void readsAsAnInstantDoes() {
        long seed = System.nanoTime();
        System.out.println("TimeTextTest: seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            // From before the year 0 to beyond the year 9999.
            assertSame(random.nextLong() % 400_000_000_000_000L);
        }
    }

    @Test
    void edgesReadAsAnInstantDoes() {
        for (String edge : new String[] {
            "0000-01-01T00:00:00Z",
            "-0001-12-31T23:59:59.999Z",
            "1969-12-31T23:59:59.999Z",
            "1970-01-01T00:00:00Z",
            "2024-02-29T12:00:00.007Z",
            "2026-01-02T03:04:05.060Z",
            "9999-12-31T23:59:59.999Z",
            "+10000-01-01T00:00:00Z"
        }) {
            assertSame(Instant.parse(edge).toEpochMilli());
        }
        assertSame(Long.MAX_VALUE);
        assertSame(Long.MIN_VALUE);
    }

    @Test
    void writersHaveIt() {
        String text = "2026-01-02T03:04:05.060Z";
        long epochMs = Instant.parse(text).toEpochMilli();
        assertThat(new CborWriter().time(epochMs).toByteArray()).isEqualTo(Cbor.encode(Value.of(text)));
        try (JsonWriter json = new JsonWriter()) {
            assertThat(json.time(epochMs).toByteArray())
                    .isEqualTo(("\"" + text + "\"").getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void assertSame(long epochMs) {
        assertThat(TimeText.of(epochMs)).isEqualTo(Instant.ofEpochMilli(epochMs).toString());
    }
}
