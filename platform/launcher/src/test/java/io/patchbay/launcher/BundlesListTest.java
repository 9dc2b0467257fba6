package io.patchbay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundlesListTest {

    private static final List<String> LINES = List.of(
            "# a comment",
            "",
            "5  library.jar",
            "60\ttransport.jar",
            "20 await (objectClass=a.Service)",
            "70 await (& (a=b) (c=d))");

    @Test
    void linesNameBundlesAndAwaitedServices() {
        BundlesList list = BundlesList.parse(LINES);
        assertThat(list.entries())
                .containsExactly(new BundlesList.Entry(5, "library.jar"), new BundlesList.Entry(60, "transport.jar"));
        assertThat(list.awaited())
                .extracting(BundlesList.Awaited::filter)
                .containsExactly("(objectClass=a.Service)", "(& (a=b) (c=d))");
    }

    @Test
    void offlineLeavesOutWhatTalksToTheNetwork() {
        BundlesList list = BundlesList.parse(LINES).offline();
        assertThat(list.entries()).containsExactly(new BundlesList.Entry(5, "library.jar"));
        assertThat(list.awaited()).extracting(BundlesList.Awaited::filter).containsExactly("(objectClass=a.Service)");
    }

    @Test
    void nobodyWaitsForTheServicesOfABundleThatIsNotThere() {
        BundlesList list = BundlesList.parse(LINES);
        assertThat(list.withoutAwaiting(Set.of("transport.jar")).awaited()).isEmpty();
        assertThat(list.withoutAwaiting(Set.of("library.jar"))).isEqualTo(list);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "library.jar",
                "0 library.jar",
                "100 library.jar",
                "-5 library.jar",
                "5",
                "5 a.jar b.jar",
                "5 wait (a=b)"
            })
    void otherLineIsRefusedWithItsNumber(String line) {
        assertThatThrownBy(() -> BundlesList.parse(List.of("", line)))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("bundles.list line 2")
                .hasMessageContaining(line);
    }
}
