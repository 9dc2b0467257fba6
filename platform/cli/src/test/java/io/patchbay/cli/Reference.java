package io.patchbay.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The reference of the command line, in Markdown, made of what the commands say of themselves. */
final class Reference {
    private static final int WIDTH = 110;

    private Reference() {}

    static String of(CommandLine root) {
        StringBuilder text = new StringBuilder("# Command line\n");
        text.append("Generated from the commands by `./dev docs`. `bin/patchbay COMMAND --help` says the same.\n\n");
        text.append("## Exit codes\n\n| code | meaning |\n|---|---|\n");
        for (Map.Entry<String, String> code : ExitCodes.table().entrySet()) {
            text.append("| ")
                    .append(code.getKey())
                    .append(" | ")
                    .append(code.getValue())
                    .append(" |\n");
        }
        text.append(
                        "\nA command that fails says why in one sentence on standard error; standard output holds results only. Listings and statuses")
                .append(" take `--json`. Colours are used on a terminal only, and not if `NO_COLOR` is set.\n");
        root.getSubcommands().values().forEach(command -> append(command, text));
        return text.toString();
    }

    private static void append(CommandLine command, StringBuilder text) {
        command.setUsageHelpWidth(WIDTH);
        String usage = command.getUsageMessage(Ansi.OFF);
        text.append("\n## ").append(command.getCommandSpec().qualifiedName()).append("\n\n```\n");
        usage.lines()
                .map(String::stripTrailing)
                .forEach(line -> text.append(line).append('\n'));
        text.append("```\n");
        command.getSubcommands().values().forEach(child -> append(child, text));
    }
}
