package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "plugin",
        description = "Lists, installs, updates, rolls back, starts, stops and uninstalls plugins.",
        mixinStandardHelpOptions = true)
final class PluginCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private final Screen screen;

    PluginCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command for plugins is given.");
    }

    @Command(name = "list", description = "Lists the installed plugins.", mixinStandardHelpOptions = true)
    int list(@Mixin HomeOption home, @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        try (Node node = Node.ofHome(home, screen)) {
            Value plugins = node.ask(Value.struct("op", Value.of("plugin.list")));
            if (json) {
                screen.print(Texts.json(plugins));
                return 0;
            }
            List<List<String>> rows = new ArrayList<>(List.of(List.of("NAME", "VERSION", "STATE", "PROVIDES")));
            for (Value.Struct plugin : Texts.structs(plugins)) {
                rows.add(List.of(
                        Texts.or(plugin, "name", ""),
                        Texts.or(plugin, "version", ""),
                        Texts.or(plugin, "state", ""),
                        String.join(", ", Texts.of(plugin, "provides"))));
            }
            screen.table(rows);
            return 0;
        }
    }

    @Command(name = "info", description = "Shows all that is known of a plugin.", mixinStandardHelpOptions = true)
    int info(
            @Mixin HomeOption home,
            @Mixin PluginName plugin,
            @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        try (Node node = Node.running(home)) {
            Value.Struct known = (Value.Struct) node.ask(plugin.request("plugin.info"));
            if (json) {
                screen.print(Texts.json(known));
                return 0;
            }
            List<List<String>> rows = new ArrayList<>();
            known.fields()
                    .keySet()
                    .forEach(field -> rows.add(List.of(
                            field,
                            known.fields().get(field) instanceof Value.Array
                                    ? String.join(", ", Texts.of(known, field))
                                    : Texts.or(known, field, ""))));
            screen.table(rows);
            return 0;
        }
    }

    @Command(
            name = "install",
            description = "Installs a plugin, while the node goes on.",
            mixinStandardHelpOptions = true)
    int install(@Mixin HomeOption home, @Mixin JarSource jar, @Mixin DryRun dryRun) {
        return change(home, jar.request(), dryRun);
    }

    @Command(
            name = "update",
            description = "Updates a plugin to the version in a jar; an update that is not well is taken back.",
            mixinStandardHelpOptions = true)
    int update(@Mixin HomeOption home, @Mixin JarSource jar, @Mixin DryRun dryRun) {
        return change(home, jar.request(), dryRun);
    }

    @Command(name = "rollback", description = "Goes back to the version before.", mixinStandardHelpOptions = true)
    int rollBack(@Mixin HomeOption home, @Mixin PluginName plugin, @Mixin DryRun dryRun) {
        return change(home, plugin.request("plugin.rollback"), dryRun);
    }

    @Command(
            name = "start",
            description = "Lets a plugin run again that was stopped, or that failed.",
            mixinStandardHelpOptions = true)
    int start(@Mixin HomeOption home, @Mixin PluginName plugin, @Mixin DryRun dryRun) {
        return change(home, plugin.request("plugin.start"), dryRun);
    }

    @Command(
            name = "stop",
            description = "Takes a plugin's services out and stops it, until it is started again.",
            mixinStandardHelpOptions = true)
    int stop(@Mixin HomeOption home, @Mixin PluginName plugin, @Mixin DryRun dryRun) {
        return change(home, plugin.request("plugin.stop"), dryRun);
    }

    @Command(name = "uninstall", description = "Uninstalls a plugin.", mixinStandardHelpOptions = true)
    int uninstall(@Mixin HomeOption home, @Mixin PluginName plugin, @Mixin DryRun dryRun) {
        return change(home, plugin.request("plugin.uninstall"), dryRun);
    }

    /** Which plugin is meant. */
    static final class PluginName {
        @Parameters(paramLabel = "NAME", description = "Its name, as in the list.")
        private String name = "";

        Value.Struct request(String op) {
            return Value.struct("op", Value.of(op), "name", Value.of(name));
        }
    }

    /** Whether a change is only planned. */
    static final class DryRun {
        @Option(names = "--dry-run", description = "Only say what would happen.")
        private boolean wanted;
    }

    private int change(HomeOption home, Value.Struct request, DryRun dryRun) {
        try (Node node = Node.running(home)) {
            if (dryRun.wanted) {
                Value.Struct plan = (Value.Struct) node.ask(request.with("dryRun", Value.TRUE));
                print(plan);
                return Texts.of(plan, "problems").isEmpty() ? 0 : Main.FAILED;
            }
            Value.Struct job = (Value.Struct) node.follow(request, screen);
            screen.print(Texts.or(job, "result", "Done."));
            return 0;
        }
    }

    private void print(Value.Struct plan) {
        String from = Texts.or(plan, "fromVersion", "");
        String to = Texts.or(plan, "toVersion", "");
        screen.print(Texts.or(plan, "kind", "?") + " " + Texts.or(plan, "plugin", "?")
                + (from.isEmpty() ? "" : " " + from) + (to.isEmpty() ? "" : " -> " + to));
        Map<String, String> titles = new LinkedHashMap<>();
        titles.put("steps", "Steps:");
        titles.put("services", "Services that change (+ added, ~ replaced, - removed):");
        titles.put("warnings", "Warnings:");
        titles.put("problems", "It can't be done:");
        titles.forEach((field, title) -> {
            List<String> lines = Texts.of(plan, field);
            if (!lines.isEmpty()) {
                screen.print(title);
                lines.forEach(line -> screen.print("  " + line));
            }
        });
    }
}
