package io.patchbay.cli;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import picocli.CommandLine;

/** Runs commands as from a pipe, and keeps what they print. */
final class Terminal {
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();

    CommandLine commandLine() {
        return Main.commandLine(new Screen(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                new ByteArrayInputStream(new byte[0]),
                Optional.empty()));
    }

    int run(String... words) {
        return commandLine().execute(words);
    }
}
