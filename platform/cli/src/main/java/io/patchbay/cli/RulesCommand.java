package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.nio.file.Path;
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
        name = "rules",
        description = "Shows, sets and tests access rules; works beside a running node and on a stopped home.",
        mixinStandardHelpOptions = true)
final class RulesCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private final Screen screen;

    RulesCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command for rules is given.");
    }

    @Command(name = "show", description = "Shows a collection's rules.", mixinStandardHelpOptions = true)
    int show(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "COLLECTION", description = "Whose rules.") String name,
            @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        try (Node node = Node.ofHome(home, screen)) {
            Value.Struct collection = collection(node, name);
            if (json) {
                screen.print(Texts.json(RuleTable.rules(collection)));
            } else {
                RuleTable.print(collection, screen);
            }
            return ExitCodes.DONE;
        }
    }

    @Command(
            name = "set",
            description =
                    "Sets rules of a collection; those of other actions stay. They count from the next request on.",
            mixinStandardHelpOptions = true)
    int set(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "COLLECTION", description = "Whose rules.") String name,
            @Parameters(
                            index = "1..*",
                            arity = "1..*",
                            paramLabel = "ACTION=CEL",
                            description =
                                    "A rule for list, read, create, update or delete; ACTION= alone leaves it to admins.")
                    List<String> changes) {
        Map<String, Value> wanted = new LinkedHashMap<>();
        for (String change : changes) {
            int equals = change.indexOf('=');
            if (equals < 1) {
                throw new CommandException(
                        ExitCodes.WRONG_ARGUMENTS, "'" + change + "' is not ACTION=CEL, such as 'list=auth != null'.");
            }
            String rule = change.substring(equals + 1).strip();
            wanted.put(change.substring(0, equals).strip(), rule.isEmpty() ? Value.NULL : Value.of(rule));
        }
        try (Node node = Node.ofHome(home, screen)) {
            Value.Struct collection = collection(node, name);
            Map<String, Value> rules =
                    new LinkedHashMap<>(RuleTable.rules(collection).fields());
            rules.putAll(wanted);
            Value.Struct definition = Value.struct(
                    "indexes", collection.find("indexes").orElse(Value.array()), "rules", new Value.Struct(rules));
            RulePlace.pointing(
                    definition,
                    screen,
                    () -> node.ask(Value.struct(
                            "op", Value.of("collection.update"), "name", Value.of(name), "definition", definition)));
            screen.print("The rules of " + name + " are set.");
            return ExitCodes.DONE;
        }
    }

    @Command(
            name = "test",
            description =
                    "Runs a file of cases against rules that the file brings, or those of a collection; nothing is changed.",
            footer = {
                "",
                "The file is YAML or JSON:",
                "  rules:                     # or  collection: notes  to test those that it has",
                "    list: doc.owner == auth.id",
                "    update: before.owner == auth.id && after.owner == before.owner",
                "  cases:",
                "    - name: ann sees her own notes",
                "      action: list           # or read",
                "      auth: {id: ann}        # left out: a stranger; role: admin or user",
                "      documents: {a: {owner: ann}, b: {owner: bob}}",
                "      visible: [a]",
                "    - name: nobody gives a note away",
                "      action: update         # or create, delete, read: with doc, before, after",
                "      auth: {id: ann}",
                "      before: {owner: ann}",
                "      after: {owner: bob}",
                "      expect: deny           # or allow",
                "",
                "Example:",
                "  patchbay rules test notes.rules.yaml"
            },
            mixinStandardHelpOptions = true)
    int test(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "FILE", description = "The cases.") Path file,
            @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        RuleFile cases = RuleFile.read(file);
        try (Node node = cases.needsHome() ? Node.ofHome(home, screen) : RuleFile.anyNode(home, screen)) {
            Value.Struct report = RulePlace.pointing(cases.whole(), screen, () -> cases.test(node));
            if (json) {
                screen.print(Texts.json(report));
            } else {
                RuleReport.print(report, screen);
            }
            return report.findInt("failed").orElse(0L) == 0 ? ExitCodes.DONE : ExitCodes.FAILED;
        }
    }

    private static Value.Struct collection(Node node, String name) {
        return (Value.Struct) node.ask(Value.struct("op", Value.of("collection.info"), "name", Value.of(name)));
    }
}
