package io.patchbay.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AbsenceTest {
    private static final long BEGAN = Long.MAX_VALUE - 5;
    private static final long SETTLES = Absence.SETTLES.toNanos();

    private final Absence absence = new Absence();

    @Test
    void isToldOnceAndNotBeforeTheStartHasSettled() {
        assertThat(absence.isToBeTold(BEGAN, false)).isFalse();
        assertThat(absence.isToBeTold(BEGAN + 1, false)).isFalse();
        assertThat(absence.isToBeTold(BEGAN + SETTLES - 1, false)).isFalse();
        assertThat(absence.isToBeTold(BEGAN + SETTLES, false)).isTrue();
        assertThat(absence.isToBeTold(BEGAN + SETTLES * 5, false)).isFalse();
    }

    @Test
    void howLongTheBundlesOfASlowMachineTakeToStartDoesNotCount() {
        for (int i = 0; i < 100; i++) {
            assertThat(absence.isToBeTold(BEGAN + i * SETTLES, true)).isFalse();
        }
        assertThat(absence.isToBeTold(BEGAN + 99 * SETTLES + 1, false)).isFalse();
        assertThat(absence.isToBeTold(BEGAN + 100 * SETTLES, false)).isTrue();
    }
}
