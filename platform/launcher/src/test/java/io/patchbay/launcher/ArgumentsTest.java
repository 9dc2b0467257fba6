package io.patchbay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {

    @Test
    void optionsMayStandWithSpaceOrEqualsSign() {
        Arguments arguments = Arguments.parse(List.of("run", "--home", "a b", "--port=0", "--offline"));
        assertThat(arguments.home()).contains(Path.of("a b"));
        assertThat(arguments.port()).hasValue(0);
        assertThat(arguments.offline()).isTrue();
    }

    @Test
    void runAloneLeavesAllToTheDefaults() {
        Arguments arguments = Arguments.parse(List.of("run"));
        assertThat(arguments.home()).isEmpty();
        assertThat(arguments.port()).isEmpty();
        assertThat(arguments.offline()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "walk",
                "run --port",
                "run --port x",
                "run --port 65536",
                "run --port -1",
                "run --home",
                "run --verbose",
                "run more"
            })
    void whatItDoesNotKnowIsRefused(String words) {
        assertThatThrownBy(() -> Arguments.parse(List.of(words.split(" ")))).isInstanceOf(StartException.class);
    }

    @Test
    void startsAgainOnThePortThatItTook() {
        List<String> words = List.of("run", "--port", "0", "--offline");
        assertThat(Arguments.parse(Arguments.parse(words).again(words, 40123)).port())
                .hasValue(40123);
        assertThat(Arguments.parse(words).again(words, 0)).isEqualTo(words);
        List<String> fixed = List.of("run", "--port", "7420");
        assertThat(Arguments.parse(fixed).again(fixed, 7420)).isEqualTo(fixed);
        List<String> configured = List.of("run");
        assertThat(Arguments.parse(configured).again(configured, 7420)).isEqualTo(configured);
    }
}
