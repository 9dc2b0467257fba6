package io.patchbay.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
    private static final List<String> KNOWN = List.of("filter", "limit", "cursor", "sort", "indexes");

    @ParameterizedTest
    @CsvSource({"limits, limit", "Limit, limit", "lmiit, limit", "fliter, filter", "index, indexes", "sotr, sort"})
    void aSlipOfThePenIsFound(String written, String meant) {
        assertThat(Nearest.find(written, KNOWN)).contains(meant);
    }

    @Test
    void whatIsNearNothingIsNotGuessed() {
        assertThat(Nearest.find("colour", KNOWN)).isEmpty();
        assertThat(Nearest.find("", KNOWN)).isEmpty();
        assertThat(Nearest.find("l".repeat(100_000), KNOWN)).isEmpty();
        assertThat(Nearest.hint("colour", KNOWN)).isEmpty();
        assertThat(Nearest.hint("limits", KNOWN)).isEqualTo(" Did you mean 'limit'?");
    }
}
