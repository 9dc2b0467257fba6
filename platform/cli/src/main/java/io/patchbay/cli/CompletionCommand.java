package io.patchbay.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description =
                "Prints what makes the shell complete commands and options: evaluate it, or source it from a file.",
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
    /** As it is written on the command line. */
    enum Shell {
        bash,
        zsh
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    private Shell shell;

    private final Screen screen;

    CompletionCommand(Screen screen) {
        this.screen = screen;
    }

    /** One script for both: in zsh it switches on the emulation of bash's completion. */
    @Override
    public Integer call() {
        screen.print(AutoComplete.bash("patchbay", spec.root().commandLine()));
        return ExitCodes.DONE;
    }
}
