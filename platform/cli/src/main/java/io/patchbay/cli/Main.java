package io.patchbay.cli;

import io.patchbay.api.PatchbayException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code patchbay ...}. What its exit codes mean stands in {@link ExitCodes}. */
@Command(
        name = "patchbay",
        description = "A local-first, real-time data server whose every part can be swapped while it runs.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Provider.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RunCommand.class,
            StopCommand.class,
            StatusCommand.class,
            PluginCommand.class,
            UpgradeCommand.class,
            StoreCommand.class,
            UserCommand.class,
            JobCommand.class,
            KeysCommand.class,
            CollectionCommand.class,
            RulesCommand.class,
            KvCommand.class,
            WatchCommand.class,
            ImportCommand.class,
            ExportCommand.class,
            DoctorCommand.class,
            CompletionCommand.class,
            VersionCommand.class,
        },
        exitCodeListHeading = "%nExit codes:%n",
        footer = {"", "'patchbay COMMAND --help' says more."})
public final class Main implements Runnable {
    static final int FAILED = ExitCodes.FAILED;
    static final int NOT_RUNNING = ExitCodes.NOT_RUNNING;

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(commandLine(Screen.system()).execute(arguments));
    }

    /** What understands the arguments; output goes to {@code screen}. */
    static CommandLine commandLine(Screen screen) {
        CommandLine commandLine = new CommandLine(new Main(), new Commands(screen));
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.getCommandSpec().usageMessage().exitCodeList(ExitCodes.table());
        Examples.addTo(commandLine);
        commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(
                screen.isColoured() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        commandLine.setOut(screen.out());
        commandLine.setErr(screen.err());
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> report(failure, screen));
        commandLine.setParameterExceptionHandler((failure, words) -> refuse(failure, screen));
        return commandLine;
    }

    /** One sentence and where to read on, not a page of usage. */
    private static int refuse(ParameterException failure, Screen screen) {
        CommandSpec command = failure.getCommandLine().getCommandSpec();
        String sentence = Unknown.explain(failure).orElseGet(() -> Wording.of(String.valueOf(failure.getMessage())));
        screen.error(sentence + (sentence.endsWith(".") || sentence.endsWith("?") ? "" : ".") + " '"
                + command.qualifiedName() + " --help' says more.");
        return command.exitCodeOnInvalidInput();
    }

    private static int report(Exception failure, Screen screen) throws Exception {
        if (failure instanceof CommandException told) {
            screen.error(told.getMessage());
            return told.exitCode();
        }
        if (failure instanceof NodeGone || failure instanceof PatchbayException) {
            screen.error(String.valueOf(failure.getMessage()));
            return FAILED;
        }
        throw failure;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command is given.");
    }
}
