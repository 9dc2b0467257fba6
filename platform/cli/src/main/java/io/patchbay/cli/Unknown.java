package io.patchbay.cli;

import io.patchbay.api.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What to say of a word that no command knows: the nearest that is known. */
final class Unknown {
    private Unknown() {}

    /** Empty if the failure is another one. */
    static Optional<String> explain(ParameterException failure) {
        if (!(failure instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return Optional.empty();
        }
        String word = unmatched.getUnmatched().get(0);
        CommandSpec command = failure.getCommandLine().getCommandSpec();
        if (word.startsWith("-")) {
            List<String> options = new ArrayList<>();
            command.options().forEach(option -> options.addAll(List.of(option.names())));
            return Optional.of("There is no option '" + word + "' of '" + command.qualifiedName() + "'."
                    + Nearest.hint(word, options));
        }
        if (command.subcommands().isEmpty()) {
            return Optional.of("'" + word + "' is one word too many.");
        }
        return Optional.of("There is no command '" + command.qualifiedName() + " " + word + "'."
                + Nearest.hint(word, command.subcommands().keySet()));
    }
}
