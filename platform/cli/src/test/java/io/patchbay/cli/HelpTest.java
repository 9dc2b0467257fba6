package io.patchbay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class HelpTest {
    private static final Path REFERENCE = Path.of("..", "..", "docs", "reference", "cli.md");

    @Test
    void everyCommandHasAnExample() {
        assertExample(new Terminal().commandLine());
    }

    private static void assertExample(CommandLine command) {
        String name = command.getCommandSpec().qualifiedName();
        if (!name.equals("patchbay")) {
            String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
            assertThat(help).as(name).containsPattern("Examples?:\\R  .*patchbay");
        }
        command.getSubcommands().values().forEach(HelpTest::assertExample);
    }

    @Test
    void theHelpHasTheTableOfExitCodes() {
        Terminal terminal = new Terminal();
        assertThat(terminal.run("--help")).isZero();
        ExitCodes.table()
                .forEach((code, meaning) -> assertThat(terminal.out.toString())
                        .contains("  " + code + " ")
                        .contains(meaning.split(" ")[0]));
    }

    @Test
    void aWrongWordIsAnsweredWithTheNearest() {
        assertRefused(
                "There is no command 'patchbay statsu'. Did you mean 'status'? 'patchbay --help' says more.", "statsu");
        assertRefused(
                "There is no command 'patchbay plugin lst'. Did you mean 'list'? 'patchbay plugin --help' says more.",
                "plugin",
                "lst");
        assertRefused(
                "There is no option '--jsno' of 'patchbay status'. Did you mean '--json'? 'patchbay status --help' says more.",
                "status",
                "--jsno");
        assertRefused("'x' is one word too many. 'patchbay status --help' says more.", "status", "x");
    }

    private static void assertRefused(String sentence, String... words) {
        Terminal terminal = new Terminal();
        assertThat(terminal.run(words)).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
        assertThat(terminal.err).hasToString("patchbay: " + sentence + "\n");
        assertThat(terminal.out.toString()).isEmpty();
    }

    @Test
    void coloursAreForTerminalsThatWantThem() {
        assertThat(Screen.isColoured(true, Map.of("TERM", "xterm"))).isTrue();
        assertThat(Screen.isColoured(true, Map.of("TERM", "xterm", "NO_COLOR", "")))
                .isTrue();
        assertThat(Screen.isColoured(true, Map.of("TERM", "xterm", "NO_COLOR", "1")))
                .isFalse();
        assertThat(Screen.isColoured(true, Map.of("TERM", "dumb"))).isFalse();
        assertThat(Screen.isColoured(false, Map.of("TERM", "xterm"))).isFalse();
        Terminal terminal = new Terminal();
        terminal.run("--help");
        assertThat(terminal.out.toString()).doesNotContain("\u001b");
    }

    /** Written anew by {@code ./dev docs}. */
    @Test
    void theReferenceIsThatOfTheCommands() throws Exception {
        String reference = Reference.of(new Terminal().commandLine());
        if (Boolean.getBoolean("patchbay.docs.write")) {
            Files.createDirectories(REFERENCE.getParent());
            Files.writeString(REFERENCE, reference);
        }
        assertThat(Files.readString(REFERENCE, StandardCharsets.UTF_8))
                .as("docs/reference/cli.md is stale: './dev docs' writes it anew")
                .isEqualTo(reference);
    }
}
