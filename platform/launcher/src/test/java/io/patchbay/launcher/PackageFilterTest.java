package io.patchbay.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackageFilterTest {

    @ParameterizedTest
    @CsvSource({
        "(osgi.wiring.package=a.b), a.b",
        "(&(osgi.wiring.package=a.b)(version>=0.0.0)), a.b",
        "(&(osgi.wiring.package=a.b)(version>=1.2.0)), a.b from version 1.2.0",
        "(&(osgi.wiring.package=a.b)(version>=1.2.0)(!(version>=2.0.0))), a.b from version 1.2.0 to before 2.0.0",
        "(something=else), (something=else)"
    })
    void filterIsToldInWords(String filter, String words) {
        assertThat(PackageFilter.describe(filter)).isEqualTo(words);
    }
}
