package io.patchbay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RulesCommandTest {
    @TempDir
    private Path home;

    private final Terminal terminal = new Terminal();
    private FakeNode node;

    @BeforeEach
    void open() throws IOException {
        node = new FakeNode(home);
    }

    @AfterEach
    void close() throws IOException {
        node.close();
    }

    @Test
    void theFileIsSentAndWhatFailedIsPrinted() throws IOException {
        node.answers(report(verdict("ann lists", true), verdict("bob lists", false)));
        assertThat(test("collection: notes\ncases:\n  - {action: list, documents: {a: {n: 1}}, visible: [a]}\n"))
                .isEqualTo(ExitCodes.FAILED);
        Value.Struct request = node.requests.get(0);
        assertThat(request.findText("op")).contains("rules.test");
        assertThat(request.findText("collection")).contains("notes");
        assertThat(request.find("rules")).isEmpty();
        assertThat(request.find("cases"))
                .contains(Value.array(Value.struct(
                        "action",
                        Value.of("list"),
                        "documents",
                        Value.struct("a", Value.struct("n", Value.of(1))),
                        "visible",
                        Value.texts(List.of("a")))));
        assertThat(terminal.out)
                .hasToString("FAILED 2: bob lists\n  - a   (should be visible)\n  + b   (should not be visible)\n"
                        + "  list: true\n1 passed, 1 failed\n");
    }

    @Test
    void whenAllPassTheExitCodeIsZero() throws IOException {
        node.answers(report(verdict("ann lists", true)));
        assertThat(test("rules: {list: 'true'}\ncases: [{action: list}]\n")).isZero();
        assertThat(terminal.out).hasToString("1 passed, 0 failed\n");
    }

    @Test
    void aFileThatIsTooLargeForOneRequestIsSentInParts() throws IOException {
        node.answers(report(verdict("x", true)));
        String long1 = "x".repeat(20_000);
        assertThat(test("rules: {}\ncases:\n" + ("  - {action: list, name: " + long1 + "}\n").repeat(3)))
                .isZero();
        assertThat(node.requests).hasSize(3);
        assertThat(terminal.out).hasToString("3 passed, 0 failed\n");
    }

    @Test
    void whereARuleIsWrongIsPointedAt() throws IOException {
        node.answers(Value.struct(
                "error",
                Value.struct(
                        "code",
                        Value.of("RULE_INVALID"),
                        "message",
                        Value.of("It is odd."),
                        "action",
                        Value.of("list"),
                        "line",
                        Value.of(2),
                        "column",
                        Value.of(4))));
        assertThat(test("rules:\n  list: |\n    a ||\n    b  c\ncases: []\n")).isEqualTo(ExitCodes.FAILED);
        assertThat(terminal.err).hasToString("  b  c\n     ^\npatchbay: It is odd.\n");
    }

    @Test
    void aFileThatCannotBeReadIsRefusedWithItsLine() throws IOException {
        assertThat(test("rules: {\ncases: [\n")).isEqualTo(ExitCodes.FAILED);
        assertThat(terminal.err.toString()).containsPattern("rules.yaml line \\d+, column \\d+: ");
        assertThat(test("cases: []\n")).isEqualTo(ExitCodes.FAILED);
        assertThat(terminal.err.toString()).contains("needs 'rules', or the 'collection'");
        assertThat(test("rules: {}\ncase: []\n")).isEqualTo(ExitCodes.FAILED);
        assertThat(terminal.err.toString()).contains("not 'case'");
        assertThat(node.requests).isEmpty();
    }

    @Test
    void settingOneRuleKeepsTheOthers() {
        node.answers(Value.struct(
                "result",
                Value.struct(
                        "name",
                        Value.of("notes"),
                        "indexes",
                        Value.array(Value.of("n")),
                        "rules",
                        Value.struct("list", Value.of("true"), "read", Value.of("true"), "create", Value.NULL))));
        assertThat(terminal.run("rules", "set", "notes", "create=after.n == 1", "read=", "--home", home.toString()))
                .isZero();
        assertThat(node.requests.get(1).find("definition"))
                .contains(Value.struct(
                        "indexes",
                        Value.array(Value.of("n")),
                        "rules",
                        Value.struct(
                                "list", Value.of("true"), "read", Value.NULL, "create", Value.of("after.n == 1"))));
        assertThat(terminal.run("rules", "set", "notes", "create", "--home", home.toString()))
                .isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    }

    @Test
    void aCollectionIsNotDeletedUnasked() {
        assertThat(terminal.run("collection", "delete", "notes", "--home", home.toString()))
                .isEqualTo(ExitCodes.WRONG_ARGUMENTS);
        assertThat(node.requests).isEmpty();
        node.answers(Value.struct("result", Value.Struct.EMPTY));
        assertThat(terminal.run("collection", "delete", "notes", "--yes", "--home", home.toString()))
                .isZero();
    }

    @Test
    void aFolderThatIsNoHomeIsNotMadeOne(@TempDir Path elsewhere) {
        Path typo = elsewhere.resolve("typo");
        for (String[] words : new String[][] {
            {"user", "list"},
            {"plugin", "list"},
            {"collection", "list"},
            {"rules", "show", "x"},
            {"user", "delete", "x"},
            {"doctor"},
            {"watch", "x"}
        }) {
            String[] command = java.util.Arrays.copyOf(words, words.length + 2);
            command[words.length] = "--home";
            command[words.length + 1] = typo.toString();
            assertThat(terminal.run(command)).isEqualTo(ExitCodes.NOT_RUNNING);
        }
        assertThat(typo).doesNotExist();
        assertThat(terminal.err.toString()).contains("There is no folder " + typo + "; give another --home.");
        assertThat(terminal.run("user", "list", "--home", elsewhere.toString())).isEqualTo(ExitCodes.NOT_RUNNING);
        assertThat(terminal.err.toString()).contains("is no home of a node");
    }

    private int test(String text) throws IOException {
        Path file = Files.writeString(home.resolve("rules.yaml"), text);
        return terminal.run("rules", "test", file.toString(), "--home", home.toString());
    }

    private static Value.Struct report(Value.Struct... verdicts) {
        long passed = List.of(verdicts).stream()
                .filter(one -> Value.TRUE.equals(one.fields().get("passed")))
                .count();
        return Value.struct(
                "result",
                Value.struct(
                        "passed",
                        Value.of(passed),
                        "failed",
                        Value.of(verdicts.length - passed),
                        "cases",
                        new Value.Array(List.of(verdicts))));
    }

    private static Value.Struct verdict(String name, boolean passed) {
        return Value.struct(
                "name",
                Value.of(name),
                "action",
                Value.of("list"),
                "passed",
                Value.of(passed),
                "expected",
                Value.of("a"),
                "actual",
                Value.of(passed ? "a" : "b"),
                "missing",
                Value.texts(passed ? List.of() : List.of("a")),
                "unexpected",
                Value.texts(passed ? List.of() : List.of("b")),
                "rule",
                Value.of("true"));
    }
}
