package io.patchbay.api.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.PatchbayException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateVersionsTest {
    @Test
    void aProviderGoesOnFromTheVersionsThatItAdopts() {
        StateVersions second = versions("2", "1, 2");
        assertThat(second.adopts(versions("1", "1"))).isTrue();
        assertThat(second.adopts(versions("2", "2"))).isTrue();
        assertThat(versions("1", "1").adopts(second)).isFalse();
        assertThat(second.adopts(versions("3", "1,2,3"))).isFalse();
    }

    @Test
    void whoKeepsNoStateIsFollowedByAnyone() {
        assertThat(StateVersions.NONE.adopts(StateVersions.NONE)).isTrue();
        assertThat(versions("1", "1").adopts(StateVersions.NONE)).isTrue();
        assertThat(StateVersions.NONE.adopts(versions("1", "1"))).isFalse();
        assertThat(StateVersions.parse(Optional.empty(), Optional.empty())).isEqualTo(StateVersions.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "one", "1.5", "99999999999"})
    void whatIsNoVersionIsRefused(String text) {
        assertThatThrownBy(() -> versions(text, "1"))
                .isInstanceOf(PatchbayException.class)
                .hasMessageStartingWith("patchbay.state.saves has \"" + text + "\"");
        assertThatThrownBy(() -> versions("1", "1," + text)).isInstanceOf(PatchbayException.class);
    }

    private static StateVersions versions(String saves, String adopts) {
        return StateVersions.parse(Optional.of(saves), Optional.of(adopts));
    }
}
