package io.patchbay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real shells complete with what the command prints. */
class CompletionTest {
    // bash knows compopt only while someone types.
    private static final String ASK =
            "compopt() { :; }; COMP_WORDS=(%s); COMP_CWORD=%d; COMP_LINE='%s'; COMP_POINT=${#COMP_LINE};"
                    + " _complete_patchbay; echo \"${COMPREPLY[*]}\"";

    @TempDir
    private Path folder;

    private Path script;

    @BeforeEach
    void print() throws IOException {
        script = folder.resolve("completion");
        Terminal terminal = new Terminal();
        assertThat(terminal.run("completion", "bash")).isZero();
        Files.writeString(script, terminal.out.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "patchbay st, stop status store",
        "patchbay plugin u, update uninstall",
        "patchbay rules t, test",
        "patchbay status --j, --json",
        "patchbay user add x --role a, admin",
        "patchbay import c f --on-error s, stop skip",
        "patchbay import c f --existing k, keep",
        "patchbay import c f --format j, json jsonl",
        "patchbay export c --format c, csv",
        "patchbay import c f --max-r, --max-rejects",
    })
    void bashCompletes(String line, String expected) throws Exception {
        assertThat(complete("source '" + script + "'", line)).containsExactlyInAnyOrder(expected.split(" "));
        assertThat(complete("eval \"$(cat '" + script + "')\"", line)).containsExactlyInAnyOrder(expected.split(" "));
    }

    @Test
    void zshCompletes() throws Exception {
        // -f: without the files of whoever runs the test.
        String answer = run(
                "zsh",
                "-f",
                "-c",
                "source '" + script
                        + "' && whence -w _complete_patchbay compdef complete && print ${_comps[patchbay]}");
        assertThat(answer)
                .contains("_complete_patchbay: function", "complete: function")
                .contains("_bash_complete");
    }

    @Test
    void anUnknownShellIsRefused() {
        Terminal terminal = new Terminal();
        assertThat(terminal.run("completion", "fish")).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
        assertThat(terminal.err.toString()).contains("bash", "zsh");
    }

    private String[] complete(String load, String line) throws Exception {
        int last = line.split(" ").length - 1;
        return run("bash", "--norc", "-c", load + "; " + ASK.formatted(line, last, line))
                .split("\\s+");
    }

    private String run(String... command) throws Exception {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return Files.readString(output, StandardCharsets.UTF_8).strip();
    }
}
