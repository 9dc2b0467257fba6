package io.patchbay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people are told of words and files that will not do: something that they can act on. */
class WrongInputTest {
    @TempDir
    private Path home;

    private FakeNode node;

    @BeforeEach
    void open() throws IOException {
        node = new FakeNode(home);
        node.answers(Value.struct("result", Value.Struct.EMPTY));
        Files.createDirectories(home.resolve("folder.csv"));
        Files.createDirectories(home.resolve("folder.yaml"));
        Files.createDirectories(home.resolve("folder.jar"));
        Files.write(home.resolve("latin.yaml"), "rules: {list: \"é\"}\n".getBytes(StandardCharsets.ISO_8859_1));
        Files.writeString(home.resolve("rows.csv"), "a\n1\n");
        Files.writeString(home.resolve("both.yaml"), "rules: {}\ncollection: c\ncases: []\n");
        Files.writeString(home.resolve("unknown.yaml"), "rules: {}\ncase: []\n");
        Files.writeString(home.resolve("empty.yaml"), "");
        Files.writeString(home.resolve("deep.yaml"), "rules: {}\ncases: " + "[".repeat(10_000) + "]".repeat(10_000));
    }

    @AfterEach
    void close() throws IOException {
        node.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "collection create c --rule foo | 2 | --rule takes ACTION=CEL, not 'foo'. 'patchbay collection create --help' says more.",
                "store swap documents --to h2 --set foo | 2 | --set takes KEY=VALUE, not 'foo'. 'patchbay store swap --help' says more.",
                "user role ann --role root | 2 | --role is one of admin, user, not 'root'. 'patchbay user role --help' says more.",
                "completion fish | 2 | SHELL is one of bash, zsh, not 'fish'. 'patchbay completion --help' says more.",
                "import c rows.csv --max-rejects soon | 2 | --max-rejects takes a whole number, not 'soon'. 'patchbay import --help' says more.",
                "import c rows.csv --max-rejects 99999999999999999999 | 2 | --max-rejects takes a whole number, not '99999999999999999999'. 'patchbay import --help' says more.",
                "import c rows.csv --max-rejects -1 | 2 | --max-rejects takes a number from 0, not -1.",
                "import c rows.csv --on-error frob | 2 | --on-error is one of stop, skip, nothing, not 'frob'. 'patchbay import --help' says more.",
                "import c rows.csv --format xml | 2 | --format is one of json, jsonl, csv, not 'xml'. 'patchbay import --help' says more.",
                "import c - | 2 | The standard input does not tell what format it has: give --format json, jsonl or csv.",
                "import c | 2 | 'FILE' is missing. 'patchbay import --help' says more.",
                "import c .. | 1 | '..' is a folder, not a file.",
                "import c HOME/folder.csv | 1 | 'HOME/folder.csv' is a folder, not a file.",
                "import c HOME/none.csv | 1 | There is no file 'HOME/none.csv'.",
                "export c HOME/folder.csv | 1 | 'HOME/folder.csv' is a folder, not a file.",
                "export c HOME/none/x.csv | 1 | There is no folder 'HOME/none' to write the file to.",
                "plugin install HOME/folder.jar | 1 | 'HOME/folder.jar' is a folder, not a file.",
                "plugin update HOME/none.jar | 1 | There is no file 'HOME/none.jar'.",
                "plugin install ftp://x/y.jar | 2 | The address of a plugin begins with https://, or with http://localhost on this machine.",
                "plugin install https://x/y.jar | 2 | A plugin from an address needs --sha256, so that nothing else is installed.",
                "plugin install https://x/y.jar --sha256 abc | 2 | --sha256 takes the 64 hex digits that 'sha256sum' prints for the jar.",
                "rules test .. | 1 | '..' is a folder, not a file.",
                "rules test HOME/none.yaml | 1 | There is no file 'HOME/none.yaml'.",
                "rules test HOME/latin.yaml | 1 | The file 'HOME/latin.yaml' is not in UTF-8; if it is text, 'iconv -f ISO-8859-1 -t UTF-8' makes one of it that can be read.",
                "rules test HOME/deep.yaml | 1 | HOME/deep.yaml can't be read: A value may be nested 64 levels deep, and this one is deeper.",
                "rules test HOME/empty.yaml | 1 | HOME/empty.yaml must hold 'cases', and 'rules' or a 'collection'.",
                "rules test HOME/unknown.yaml | 1 | HOME/unknown.yaml may hold 'collection', 'rules' and 'cases', not 'case'.",
                "rules test HOME/both.yaml | 1 | HOME/both.yaml holds both 'rules' and 'collection': leave out 'collection' to test the rules of the file, or 'rules' to test those that the collection has.",
            })
    void isAnsweredInWords(String command, int exitCode, String sentence) {
        Terminal terminal = run(command, exitCode);
        assertThat(terminal.err).hasToString("patchbay: " + sentence.replace("HOME", home.toString()) + "\n");
        assertThat(node.requests).isEmpty();
    }

    private Terminal run(String command, int exitCode) {
        Terminal terminal = new Terminal();
        Stream<String> words = Arrays.stream(command.replace("HOME", home.toString())
                .replace("rows.csv", home.resolve("rows.csv").toString())
                .split(" "));
        String[] all = (command.startsWith("completion")
                        ? words
                        : Stream.concat(words, Stream.of("--home", home.toString())))
                .toArray(String[]::new);
        assertThat(terminal.run(all)).as(terminal.err.toString()).isEqualTo(exitCode);
        return terminal;
    }

    @ParameterizedTest
    @CsvSource({"ADMIN, admin", "User, user"})
    void whatIsOneOfAFewMayBeInAnyCase(String written, String sent) {
        run("user role ann --role " + written, ExitCodes.DONE);
        assertThat(node.requests.get(0).findText("role")).contains(sent);
        run("import c rows.csv --on-error NOTHING --existing Keep --format XML", ExitCodes.WRONG_ARGUMENTS);
        run("completion BASH", ExitCodes.DONE);
    }

    @Test
    void aDocumentAsDeepAsTheyMayBeIsTested() throws IOException {
        node.answers(Value.struct("result", Value.struct("passed", Value.of(0), "cases", Value.array())));
        Path file = home.resolve("cases.yaml");
        Files.writeString(file, deep(64));
        run("rules test " + file, ExitCodes.DONE);
        assertThat(node.requests).hasSize(1);
        Files.writeString(file, deep(65));
        assertThat(run("rules test " + file, ExitCodes.FAILED).err.toString())
                .contains("A value may be nested 64 levels deep, and this one is deeper.");
        assertThat(node.requests).hasSize(1);
    }

    private static String deep(int levels) {
        String document = "{\"a\": ".repeat(levels - 1) + "{}" + "}".repeat(levels - 1);
        return "rules: {list: 'true'}\ncases: [{action: list, documents: {x: " + document + "}, visible: [x]}]\n";
    }

    @Test
    void aDocumentAsDeepAsTheyMayBeIsWatched() {
        Value.Struct document = Value.Struct.EMPTY;
        for (int level = 1; level < 64; level++) {
            document = Value.struct("a", document);
        }
        node.answers(
                Value.struct("started", Value.of("e:1")),
                Value.struct("event", Value.struct("op", Value.of("put"), "id", Value.of("x"), "data", document)),
                Value.struct("error", Value.struct("code", Value.of("CONFLICT"), "message", Value.of("The end."))));
        assertThat(run("watch c --json", ExitCodes.FAILED).out.toString()).contains("\"op\":\"put\"");
    }

    @Test
    void oneIsNotMany() {
        assertThat(List.of(Texts.count(0, "row"), Texts.count(1, "row"), Texts.count(1234, "row")))
                .containsExactly("0 rows", "1 row", "1,234 rows");
    }
}
