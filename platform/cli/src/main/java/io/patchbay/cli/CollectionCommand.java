package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "collection",
        description =
                "Lists, shows, creates and deletes collections; works beside a running node and on a stopped home.",
        mixinStandardHelpOptions = true)
final class CollectionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private final Screen screen;

    CollectionCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command for collections is given.");
    }

    @Command(name = "list", description = "Lists the collections.", mixinStandardHelpOptions = true)
    int list(@Mixin HomeOption home, @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        try (Node node = Node.ofHome(home, screen)) {
            Value collections = node.ask(Value.struct("op", Value.of("collection.list")));
            if (json) {
                screen.print(Texts.json(collections));
                return ExitCodes.DONE;
            }
            List<List<String>> rows = new ArrayList<>(List.of(List.of("NAME", "INDEXES", "RULES")));
            for (Value.Struct collection : Texts.structs(collections)) {
                rows.add(List.of(Texts.or(collection, "name", ""), indexes(collection), ruled(collection)));
            }
            screen.table(rows);
            return ExitCodes.DONE;
        }
    }

    @Command(name = "info", description = "Shows a collection's indexes and rules.", mixinStandardHelpOptions = true)
    int info(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "NAME", description = "The collection.") String name,
            @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        try (Node node = Node.ofHome(home, screen)) {
            Value.Struct collection =
                    (Value.Struct) node.ask(Value.struct("op", Value.of("collection.info"), "name", Value.of(name)));
            if (json) {
                screen.print(Texts.json(collection));
                return ExitCodes.DONE;
            }
            screen.table(List.of(List.of("name", name), List.of("indexes", indexes(collection))));
            RuleTable.print(collection, screen);
            return ExitCodes.DONE;
        }
    }

    @Command(name = "create", description = "Creates a collection.", mixinStandardHelpOptions = true)
    int create(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "NAME", description = "The new collection's name.") String name,
            @Option(
                            names = "--index",
                            paramLabel = "FIELDS",
                            description =
                                    "A field, or several in order with commas between; -FIELD descends; may be repeated.")
                    @Nullable
                    List<String> indexes,
            @Option(
                            names = "--rule",
                            paramLabel = "ACTION=CEL",
                            description = "A rule for list, read, create, update or delete; may be repeated.")
                    @Nullable
                    Map<String, String> rules) {
        List<Value> indexed = new ArrayList<>();
        for (String index : indexes == null ? List.<String>of() : indexes) {
            indexed.add(Value.texts(List.of(index.split(",", -1))));
        }
        Map<String, Value> ruled = new LinkedHashMap<>();
        (rules == null ? Map.<String, String>of() : rules).forEach((action, rule) -> ruled.put(action, Value.of(rule)));
        Value.Struct definition = Value.struct("indexes", new Value.Array(indexed), "rules", new Value.Struct(ruled));
        try (Node node = Node.ofHome(home, screen)) {
            RulePlace.pointing(
                    definition,
                    screen,
                    () -> node.ask(Value.struct(
                            "op", Value.of("collection.create"), "name", Value.of(name), "definition", definition)));
            screen.print("Created " + name + (ruled.isEmpty() ? "; without rules it is for admins alone." : "."));
            return ExitCodes.DONE;
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a collection and all its documents.",
            mixinStandardHelpOptions = true)
    int delete(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "NAME", description = "The collection.") String name,
            @Option(names = "--yes", description = "Don't ask.") boolean yes) {
        if (!yes && !screen.confirms("This deletes all documents of " + name + ". Its name, to go on:", name)) {
            throw new CommandException(
                    ExitCodes.WRONG_ARGUMENTS, "Nothing was deleted: give --yes, or type the name when asked.");
        }
        try (Node node = Node.ofHome(home, screen)) {
            node.ask(Value.struct("op", Value.of("collection.delete"), "name", Value.of(name)));
            screen.print("Deleted " + name + ".");
            return ExitCodes.DONE;
        }
    }

    private static String indexes(Value.Struct collection) {
        return ((Value.Array) collection.find("indexes").orElse(Value.array()))
                .items().stream()
                        .map(index -> index instanceof Value.Text text
                                ? text.value()
                                : "(" + String.join(", ", Texts.of(Value.struct("fields", index), "fields")) + ")")
                        .collect(Collectors.joining(" "));
    }

    private static String ruled(Value.Struct collection) {
        List<String> actions = new ArrayList<>();
        RuleTable.rules(collection).fields().forEach((action, rule) -> {
            if (!(rule instanceof Value.Null)) {
                actions.add(action);
            }
        });
        return actions.isEmpty() ? "admins alone" : String.join(", ", actions);
    }
}
