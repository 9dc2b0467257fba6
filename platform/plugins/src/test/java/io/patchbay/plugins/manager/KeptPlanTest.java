package io.patchbay.plugins.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.plugin.PlanForm;
import io.patchbay.api.plugin.PluginInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans that were written to a file and come back later. */
class KeptPlanTest {
    private static final String OTHER = "com.example.other";

    @TempDir
    Path folder;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder.resolve("home"));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void keptPlanIsCarriedOutAfterARestart() throws Exception {
        node.install(version("1.0.0"));
        Plan kept = throughAFile(node.plugins.planInstall(version("1.1.0")));
        restart();

        node.succeed(node.plugins.reopen(kept));

        assertThat(node.greet()).isEqualTo("1.1.0");
    }

    @Test
    void everyKindOfPlanCanBeKept() throws Exception {
        node.install(version("1.0.0"));
        node.install(version("1.1.0"));
        for (Function<String, Plan> planning : List.<Function<String, Plan>>of(
                node.plugins::planRollBack,
                node.plugins::planStop,
                node.plugins::planStart,
                node.plugins::planUninstall)) {
            node.succeed(node.plugins.reopen(throughAFile(planning.apply(SamplePlugin.NAME))));
        }
        assertThat(node.plugins.list()).isEmpty();
    }

    @Test
    void refusalSaysWhatHasChanged() throws Exception {
        node.install(version("1.0.0"));
        Plan kept = node.plugins.planInstall(version("1.1.0"));

        node.install(other("3.0.0"));
        assertThat(refused(kept)).isEqualTo("com.example.other 3.0.0 was installed meanwhile.");

        node.succeed(node.plugins.planUninstall(OTHER));
        node.succeed(node.plugins.planStop(SamplePlugin.NAME));
        assertThat(refused(kept)).isEqualTo("com.example.greeter 1.0.0 is stopped now, and was running.");

        node.succeed(node.plugins.planStart(SamplePlugin.NAME));
        node.install(version("1.0.5"));
        assertThat(refused(kept)).isEqualTo("com.example.greeter went from 1.0.0 to 1.0.5 meanwhile.");

        node.succeed(node.plugins.planUninstall(SamplePlugin.NAME));
        assertThat(refused(kept)).startsWith("com.example.greeter 1.0.0 was uninstalled meanwhile");
        assertThat(node.plugins.list()).isEmpty();
    }

    @Test
    void planIsCarriedOutOnceOnly() throws Exception {
        Plan kept = node.plugins.planInstall(version("1.0.0"));
        node.succeed(node.plugins.reopen(kept));

        assertThat(refused(kept)).startsWith("com.example.greeter 1.0.0 was installed meanwhile");
    }

    @Test
    void changedPlanIsRefused() throws Exception {
        Value.Struct form = PlanForm.describe(node.plugins.planInstall(version("1.0.0")));

        for (Value.Struct changed : List.of(
                form.with("digest", Value.of("0".repeat(64))),
                form.with("kind", Value.of("uninstall")),
                form.with("warnings", Value.texts(List.of())),
                form.with("seal", Value.of("")))) {
            PatchbayException failure =
                    catchThrowableOfType(PatchbayException.class, () -> node.plugins.reopen(PlanForm.read(changed)));
            assertThat(failure.code()).isEqualTo(ErrorCode.BAD_REQUEST);
            assertThat(failure).hasMessageStartingWith("This plan was changed after the node had made it");
        }
    }

    @Test
    void planOfAnotherNodeIsRefused() throws Exception {
        Plan foreign;
        try (TestNode elsewhere = TestNode.start(folder.resolve("elsewhere"))) {
            foreign = elsewhere.plugins.planInstall(version("1.0.0"));
        }

        PatchbayException failure = catchThrowableOfType(PatchbayException.class, () -> node.plugins.reopen(foreign));

        assertThat(failure).hasMessageStartingWith("This plan was made by another node");
    }

    @Test
    void planInAnotherFormIsRefused() throws Exception {
        Value.Struct form = PlanForm.describe(node.plugins.planInstall(version("1.0.0")));

        assertThat(unreadable(form.with("format", Value.of("patchbay-plan 0"))))
                .isEqualTo(
                        "The plan has the format 'patchbay-plan 0', and this node reads 'patchbay-plan 1'; make a new one.");
        assertThat(unreadable(Value.struct("plugin", Value.of("x"))))
                .isEqualTo("This is no plan: its 'format' is missing.");
        assertThat(unreadable(form.with("steps", Value.of("none"))))
                .isEqualTo("'steps' in the plan must be an array, not text.");
        assertThat(unreadable(form.with("more", Value.NULL))).contains("'more'");
    }

    @Test
    void jarThatIsGoneIsGivenAgain() throws Exception {
        Path jar = version("1.0.0");
        Plan kept = node.plugins.planInstall(jar);
        Path copy = node.data().resolve("planned").resolve(kept.digest().orElseThrow() + ".jar");
        Files.setLastModifiedTime(copy, FileTime.from(Instant.now().minus(PlanLimits.PLANNED_FOR)));
        restart();
        assertThat(copy).doesNotExist();

        PatchbayException gone = catchThrowableOfType(PatchbayException.class, () -> node.plugins.reopen(kept));
        assertThat(gone.code()).isEqualTo(ErrorCode.PLAN_OUTDATED);
        assertThat(gone)
                .hasMessageEndingWith("does not keep its jar any more; give the jar again, or make a new plan.");
        Path another = version("1.0.1");
        PatchbayException wrong =
                catchThrowableOfType(PatchbayException.class, () -> node.plugins.reopen(kept, another));
        assertThat(wrong.code()).isEqualTo(ErrorCode.PLUGIN_INVALID);

        node.succeed(node.plugins.reopen(kept, jar));
        assertThat(node.plugins.list()).extracting(PluginInfo::version).containsExactly("1.0.0");
    }

    @Test
    void damagedKeyOfPlansIsSaidSo() throws Exception {
        Files.writeString(node.data().resolve("plan-key"), "rubbish");

        PatchbayException failure =
                catchThrowableOfType(PatchbayException.class, () -> node.plugins.planInstall(version("1.0.0")));

        assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(failure).hasMessageContaining("delete it, and make new plans");
    }

    private String refused(Plan kept) {
        PatchbayException failure = catchThrowableOfType(PatchbayException.class, () -> node.plugins.reopen(kept));
        assertThat(failure.code()).isEqualTo(ErrorCode.PLAN_OUTDATED);
        return String.valueOf(failure.getMessage()).replaceFirst(".* no longer fits: the node has changed: ", "");
    }

    private static String unreadable(Value value) {
        return String.valueOf(catchThrowableOfType(PatchbayException.class, () -> PlanForm.read(value))
                .getMessage());
    }

    private static Plan throughAFile(Plan plan) {
        return PlanForm.read(Json.decodeEnvelope(Json.encodeEnvelope(PlanForm.describe(plan))));
    }

    private void restart() throws Exception {
        node.close();
        node = TestNode.start(folder.resolve("home"));
    }

    private Path version(String version) throws Exception {
        return SamplePlugin.version(version).build(folder.resolve("jars"));
    }

    private Path other(String version) throws Exception {
        return SamplePlugin.version(version)
                .header("Bundle-SymbolicName", OTHER)
                .offers("io.patchbay.api.plugin.Component", "other")
                .build(folder.resolve("jars"));
    }
}
