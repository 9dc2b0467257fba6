package io.patchbay.hook.validate;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Value;
import io.patchbay.api.hook.Hook;
import io.patchbay.api.hook.HookAnswer;
import io.patchbay.testkit.HookContract;
import org.junit.jupiter.api.Test;

class ValidateHookTest extends HookContract {
    @Override
    protected Hook hook() {
        return new ValidateHook();
    }

    @Override
    protected Value.Struct welcome() {
        return Value.struct("name", Value.of("Saint-Étienne"), "population", Value.of(173821));
    }

    @Test
    void stampsACityWithItsSlug() {
        assertThat(ask(welcome())).isEqualTo(HookAnswer.enrich(welcome().with("slug", Value.of("saint-etienne"))));
    }

    @Test
    void refusesACityWithoutAName() {
        assertThat(ask(Value.struct("name", Value.of(" "))))
                .isEqualTo(HookAnswer.refuseField("name", "A city has a name."));
    }

    @Test
    void refusesANegativePopulation() {
        assertThat(ask(welcome().with("population", Value.of(-1))))
                .isEqualTo(HookAnswer.refuseField("population", "A city's population is not negative."));
    }
}
