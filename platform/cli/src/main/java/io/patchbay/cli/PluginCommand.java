package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
            for (Value.Struct plugin : Texts.structs(plugins)) {
                plugin.findText("fault").ifPresent(fault -> screen.print(Texts.or(plugin, "name", "") + ": " + fault));
            }
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

    @Command(
            name = "apply",
            description =
                    "Carries out a plan that was kept with --out, exactly as it was shown; refuses if the node has changed.",
            mixinStandardHelpOptions = true)
    int apply(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "PLAN", description = "The file of the plan.") Path file,
            @Option(
                            names = "--jar",
                            paramLabel = "FILE",
                            description = "The plugin's jar again, if the node does not keep it any more.")
                    Optional<Path> jar,
            @Mixin DryRun dryRun) {
        Value.Struct request = Value.struct("op", Value.of("plugin.apply"), "plan", PlanFile.read(file));
        if (jar.isPresent()) {
            InputFile.require(jar.get());
            request = request.with(
                    "file", Value.of(jar.get().toAbsolutePath().normalize().toString()));
        }
        return change(home, request, dryRun);
    }

    @Command(
            name = "receipts",
            description = "Shows what became of the versions that were removed: gone from memory, or who holds them.",
            mixinStandardHelpOptions = true)
    int receipts(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "NAME", arity = "0..1", description = "Only of this plugin.")
                    Optional<String> name,
            @Option(
                            names = "--collect",
                            description =
                                    "First have Java collect its garbage, for which all requests stand still a moment.")
                    boolean collect,
            @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        Value.Struct request = Value.struct("op", Value.of("plugin.receipts"), "collect", Value.of(collect));
        Value.Struct whole =
                name.map(known -> request.with("name", Value.of(known))).orElse(request);
        try (Node node = Node.running(home)) {
            Value receipts = node.ask(whole);
            if (json) {
                screen.print(Texts.json(receipts));
                return 0;
            }
            List<List<String>> rows = new ArrayList<>(List.of(List.of("PLUGIN", "STATE", "RECEIPT")));
            for (Value.Struct receipt : Texts.structs(receipts)) {
                rows.add(List.of(
                        Texts.or(receipt, "plugin", ""),
                        Texts.or(receipt, "state", ""),
                        Texts.or(receipt, "text", "")));
            }
            screen.table(rows);
            return 0;
        }
    }

    /** Whether a change is only planned, and what becomes of the plan. */
    static final class DryRun {
        @Option(names = "--dry-run", description = "Only say what would happen.")
        private boolean wanted;

        @Option(
                names = "--out",
                paramLabel = "PLAN",
                description = "With --dry-run: keep the plan in this file, for 'patchbay plugin apply'.")
        private Optional<Path> out = Optional.empty();

        @Option(names = "--details", description = "With --dry-run: also who offers each thing that it needs.")
        private boolean details;

        @Option(names = "--json", description = "With --dry-run: the plan as JSON, for scripts.")
        private boolean json;

        private void check() {
            String option = out.isPresent() ? "--out" : json ? "--json" : "--details";
            if (!wanted && (out.isPresent() || json || details)) {
                throw new CommandException(ExitCodes.WRONG_ARGUMENTS, option + " goes with --dry-run.");
            }
        }
    }

    private int change(HomeOption home, Value.Struct request, DryRun dryRun) {
        dryRun.check();
        try (Node node = Node.running(home)) {
            if (dryRun.wanted) {
                return show((Value.Struct) node.ask(request.with("dryRun", Value.TRUE)), dryRun);
            }
            Value.Struct job = (Value.Struct) node.follow(request, screen);
            screen.print(Texts.or(job, "result", "Done."));
            return 0;
        }
    }

    private int show(Value.Struct plan, DryRun dryRun) {
        if (dryRun.json) {
            screen.print(Texts.json(plan));
        } else {
            new PlanText(screen, dryRun.details).print(plan);
        }
        if (!Texts.of(plan, "problems").isEmpty()) {
            return Main.FAILED;
        }
        dryRun.out.ifPresent(file -> {
            PlanFile.write(file, plan);
            screen.note("The plan is kept; to carry it out: patchbay plugin apply " + file);
        });
        return 0;
    }
}
