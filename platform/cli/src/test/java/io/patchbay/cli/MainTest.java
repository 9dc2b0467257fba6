package io.patchbay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Value;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    @TempDir
    private Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private FakeNode node;

    @BeforeEach
    void open() throws IOException {
        node = new FakeNode(home);
        node.answers(result(Value.Struct.EMPTY));
    }

    @AfterEach
    void close() throws IOException {
        node.close();
    }

    @Test
    void userIsAddedWithThePasswordFromTheStandardInput() {
        assertThat(run("correct horse\nrest", "user", "add", "ann", "--role", "admin", "--password-stdin"))
                .isZero();

        assertThat(node.requests)
                .containsExactly(Value.struct(
                        "op",
                        Value.of("user.add"),
                        "name",
                        Value.of("ann"),
                        "role",
                        Value.of("admin"),
                        "password",
                        Value.of("correct horse")));
        assertThat(out).hasToString("Added ann (admin).\n");
    }

    @Test
    void passwordIsNeverAnArgument() {
        assertThat(run("", "user", "add", "ann", "--role", "admin", "--password", "secret"))
                .isEqualTo(2);
        assertThat(run("", "user", "add", "ann", "--role", "admin", "--password-stdin=secret"))
                .isEqualTo(2);
        assertThat(node.requests).isEmpty();
    }

    @Test
    void withoutTerminalAndStandardInputThePasswordCanNotBeAsked() {
        assertThat(run("", "user", "passwd", "ann")).isEqualTo(2);
        assertThat(err)
                .hasToString(
                        "patchbay: There is no terminal to ask for the password on: give --password-stdin and write it to the standard input.\n");
        assertThat(run("", "user", "passwd", "ann", "--password-stdin")).isEqualTo(1);
    }

    @Test
    void everyCommandAsksForWhatItSays() {
        List<List<String>> commands = List.of(
                List.of("user.passwd", "user", "passwd", "ann", "--password-stdin"),
                List.of("user.change", "user", "disable", "ann"),
                List.of("user.change", "user", "enable", "ann"),
                List.of("user.change", "user", "role", "ann", "--role", "user"),
                List.of("user.delete", "user", "delete", "ann"),
                List.of("plugin.rollback", "plugin", "rollback", "io.x"),
                List.of("plugin.uninstall", "plugin", "uninstall", "io.x"),
                List.of("plugin.info", "plugin", "info", "io.x", "--json"),
                List.of("store.swap", "store", "swap", "documents", "--to", "h2", "--set", "a=1", "--set", "b=2"),
                List.of("store.rollback", "store", "rollback", "documents"),
                List.of("store.drop", "store", "drop", "documents"),
                List.of("job.cancel", "job", "cancel", "7"),
                List.of("status", "status", "--tree", "--json"));
        for (List<String> command : commands) {
            node.requests.clear();
            assertThat(run("correct horse", command.subList(1, command.size()).toArray(new String[0])))
                    .as("%s: %s", command, err)
                    .isZero();
            assertThat(node.requests.get(0).findText("op")).contains(command.get(0));
        }
        node.answers(result(new Value.Array(List.of())));
        for (String of : List.of("user", "plugin", "store", "job")) {
            node.requests.clear();
            assertThat(run("", of, "list")).isZero();
            assertThat(node.requests.get(0).findText("op")).contains(of + ".list");
        }
    }

    @Test
    void settingsOfASwapAreSent() {
        run("", "store", "swap", "documents", "--to", "h2", "--set", "a=1", "--set", "b=x=y");

        assertThat(node.requests.get(0).find("set")).contains(Value.struct("a", Value.of("1"), "b", Value.of("x=y")));
    }

    @Test
    void installNamesTheJarAbsolutelyAndShowsProgress() throws IOException {
        Path jar = Files.writeString(home.resolve("x.jar"), "jar");
        node.answers(
                Value.struct("plan", Value.struct("warnings", Value.texts(List.of("It is not signed.")))),
                Value.struct(
                        "progress",
                        Value.struct("text", Value.of("starting"), "progress", Value.of(0.5), "etaMs", Value.of(1500))),
                result(Value.struct("result", Value.of("Installed x 1.0."))));

        assertThat(run("", "plugin", "install", jar.toString())).isZero();

        assertThat(node.requests.get(0).findText("file")).contains(jar.toString());
        assertThat(err)
                .hasToString("Warning: It is not signed.\n[############------------]  50 % starting, 2 s left\n");
        assertThat(out).hasToString("Installed x 1.0.\n");
    }

    @Test
    void dryRunPrintsThePlanAndFailsIfItCanNotBeDone() throws IOException {
        Path jar = Files.writeString(home.resolve("x.jar"), "jar");
        node.answers(result(Value.struct(
                "kind",
                Value.of("install"),
                "plugin",
                Value.of("io.x"),
                "toVersion",
                Value.of("1.0"),
                "steps",
                Value.texts(List.of("copy")),
                "problems",
                Value.texts(List.of("It needs io.y.")))));

        assertThat(run("", "plugin", "install", jar.toString(), "--dry-run")).isEqualTo(1);
        assertThat(node.requests.get(0).find("dryRun")).contains(Value.TRUE);
        assertThat(out)
                .hasToString("install io.x -> 1.0\n\nIt can't be done:\n  It needs io.y.\n\nSteps:\n  1.  copy\n");
    }

    @Test
    void planIsKeptInAFileAndAppliedFromThere() throws IOException {
        Path jar = Files.writeString(home.resolve("x.jar"), "jar");
        Path file = home.resolve("plan.json");
        Value.Struct plan = Value.struct(
                "kind",
                Value.of("update"),
                "plugin",
                Value.of("io.x"),
                "fromVersion",
                Value.of("1.0"),
                "toVersion",
                Value.of("1.1"),
                "handOvers",
                Value.array(
                        handOver("protocol", "replaced", "2 connections stay open."),
                        handOver("hook", "added", "It is there.")),
                "needs",
                Value.array(
                        Value.struct(
                                "kind",
                                Value.of("package"),
                                "name",
                                Value.of("io.a"),
                                "range",
                                Value.of("[1,2)"),
                                "metBy",
                                Value.of("io.b"),
                                "version",
                                Value.of("1.3")),
                        Value.struct(
                                "kind",
                                Value.of("service"),
                                "name",
                                Value.of("io.c.S"),
                                "range",
                                Value.NULL,
                                "metBy",
                                Value.NULL,
                                "advice",
                                Value.of("start io.d, which offers it"))));
        node.answers(result(plan));

        assertThat(run("", "plugin", "update", jar.toString(), "--dry-run", "--out", file.toString()))
                .isZero();
        assertThat(out).hasToString("""
                update io.x 1.0 -> 1.1

                Who is affected, and how it is handed over:
                  protocol  replaced  2 connections stay open.
                  hook      added     It is there.

                What it needs, and who offers it:
                  package  io.a    [1,2)  1.3 of io.b
                  service  io.c.S  any    MISSING: start io.d, which offers it
                """);

        node.answers(result(Value.struct("result", Value.of("Done it."))));
        assertThat(run("", "plugin", "apply", file.toString())).isZero();
        assertThat(node.requests.get(1).find("plan")).contains(plan);
    }

    private static Value handOver(String kind, String change, String text) {
        return Value.struct("kind", Value.of(kind), "change", Value.of(change), "text", Value.of(text));
    }

    @Test
    void planThatWasCutOffIsSaidSo() throws IOException {
        Path file = Files.writeString(home.resolve("plan.json"), "{\"format\":\"patchbay-plan 1\",\"ste");

        assertThat(run("", "plugin", "apply", file.toString())).isEqualTo(1);
        assertThat(err).asString().startsWith("patchbay: '" + file + "' is no plan, or was cut off: ");
        assertThat(node.requests).isEmpty();
    }

    @Test
    void keepingAPlanGoesWithADryRunOnly() throws IOException {
        Path jar = Files.writeString(home.resolve("x.jar"), "jar");

        assertThat(run("", "plugin", "install", jar.toString(), "--out", "plan.json"))
                .isEqualTo(2);
        assertThat(err).hasToString("patchbay: --out goes with --dry-run.\n");
    }

    @Test
    void refusalIsOneSentenceAndExitCodeOne() {
        node.answers(Value.struct(
                "error", Value.struct("code", Value.of("NOT_FOUND"), "message", Value.of("There is no user 'ann'."))));

        assertThat(run("", "user", "delete", "ann")).isEqualTo(1);
        assertThat(err).hasToString("patchbay: There is no user 'ann'.\n");
    }

    @Test
    void nodeThatGoesAwayIsSaidSo() {
        node.answers();

        assertThat(run("", "status")).isEqualTo(1);
        assertThat(err.toString()).contains("went away");
    }

    @Test
    void stoppedNodeIsExitCodeThree() throws IOException {
        node.close();

        assertThat(run("", "status")).isEqualTo(3);
        assertThat(run("", "stop")).isEqualTo(3);
        assertThat(err.toString()).contains("No node runs on " + home);
    }

    @Test
    void pointerToAFolderOfSomebodyElseIsNotFollowed() throws IOException {
        node.close();
        Files.delete(home.resolve("control.sock"));
        Files.writeString(home.resolve("control.path"), "/nowhere/control.sock\n");

        assertThat(run("", "status")).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "frobnicate",
                "user",
                "user add",
                "user add ann",
                "user add ann --role root --password-stdin",
                "store swap documents",
                "status --forest",
                "plugin install",
                "store swap documents --to h2 --set novalue"
            })
    void wrongArgumentsAreExitCodeTwo(String line) {
        assertThat(run("", line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);
        assertThat(node.requests).isEmpty();
    }

    @Test
    void helpListsEveryCommand() {
        assertThat(run("", "--help")).isZero();
        assertThat(out.toString())
                .contains("run ", "stop ", "status ", "plugin ", "store ", "user ", "job ", "version ");
        assertThat(run("", "run", "--help")).isZero();
        assertThat(out.toString()).contains("--port", "--offline", "--home");
        assertThat(run("", "version")).isZero();
        assertThat(out.toString()).containsPattern("patchbay \\d+\\.\\d+");
    }

    @Test
    void treeIsIndented() {
        Value part = Value.struct(
                "path",
                Value.of("engine/committer"),
                "state",
                Value.of("running"),
                "facts",
                Value.struct("queue", Value.of("0")),
                "parts",
                Value.array());
        Value.Struct component = Value.struct(
                "path",
                Value.of("engine"),
                "state",
                Value.of("running"),
                "facts",
                Value.Struct.EMPTY,
                "parts",
                Value.array(part));
        node.answers(result(Value.struct("state", Value.of("ready"), "components", Value.array(component))));

        assertThat(run("", "status", "--tree")).isZero();
        assertThat(out.toString()).endsWith("engine: running\n  engine/committer: running (queue 0)\n");
    }

    private int run(String input, String... arguments) {
        List<String> words = new ArrayList<>(List.of(arguments));
        boolean takesHome = words.size() > 0
                && !words.contains("--help")
                && !List.of("version", "frobnicate").contains(words.get(0))
                && !words.equals(List.of("user"));
        if (takesHome) {
            words.addAll(List.of("--home", home.toString()));
        }
        Screen screen = new Screen(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                Optional.empty());
        return Main.commandLine(screen).execute(words.toArray(new String[0]));
    }

    private static Value.Struct result(Value value) {
        return Value.struct("result", value);
    }
}
