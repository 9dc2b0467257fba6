package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "store",
        description = "Lists stores and swaps the adapters beneath them.",
        mixinStandardHelpOptions = true)
final class StoreCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private final Screen screen;

    StoreCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command for stores is given.");
    }

    @Command(
            name = "list",
            description =
                    "Lists the stores, what serves them and what follows; accounts, logins and collections are documents of the node's own and count as well.",
            mixinStandardHelpOptions = true)
    int list(@Mixin HomeOption home, @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        try (Node node = Node.running(home)) {
            Value stores = node.ask(Value.struct("op", Value.of("store.list")));
            if (json) {
                screen.print(Texts.json(stores));
                return 0;
            }
            List<List<String>> rows = new ArrayList<>(
                    List.of(List.of("NAME", "STATE", "ADAPTER", "KEPT", "DOCUMENTS", "FOLLOWER", "BEHIND", "FAULT")));
            for (Value.Struct store : Texts.structs(stores)) {
                rows.add(List.of(
                        Texts.or(store, "name", ""),
                        Texts.or(store, "state", ""),
                        Texts.or(store, "adapter", ""),
                        Value.TRUE.equals(store.fields().get("sealed")) ? "encrypted" : "in clear",
                        Texts.or(store, "documents", ""),
                        Texts.or(store, "follower", "-"),
                        Texts.or(store, "followerLag", "-"),
                        Texts.or(store, "fault", "")));
            }
            screen.table(rows);
            return 0;
        }
    }

    @Command(
            name = "swap",
            description =
                    "Moves a store to another adapter while clients go on; the old one follows until it is dropped.",
            mixinStandardHelpOptions = true)
    int swap(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "NAME", description = "The store, such as documents.") String name,
            @Option(names = "--to", paramLabel = "ADAPTER", required = true, description = "The adapter to move to.")
                    String adapter,
            @Option(
                            names = "--set",
                            paramLabel = "KEY=VALUE",
                            description = "A setting of the new adapter; may be repeated.")
                    @Nullable
                    Map<String, String> settings,
            @Option(
                            names = "--plaintext",
                            description =
                                    "Keep what is in it in clear. An adapter that can't encrypt is taken only so.")
                    boolean plaintext) {
        Map<String, Value> set = new LinkedHashMap<>();
        if (settings != null) {
            settings.forEach((key, value) -> set.put(key, Value.of(value)));
        }
        return follow(
                home,
                Value.struct(
                        "op",
                        Value.of("store.swap"),
                        "name",
                        Value.of(name),
                        "to",
                        Value.of(adapter),
                        "set",
                        new Value.Struct(set),
                        "plaintext",
                        Value.of(plaintext)));
    }

    @Command(
            name = "rollback",
            description = "Goes back to the store that follows; nothing that was acknowledged is lost.",
            mixinStandardHelpOptions = true)
    int rollBack(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "NAME", description = "The store, such as documents.") String name) {
        return follow(home, Value.struct("op", Value.of("store.rollback"), "name", Value.of(name)));
    }

    @Command(
            name = "drop",
            description = "Forgets the store that follows and deletes its files.",
            mixinStandardHelpOptions = true)
    int drop(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "NAME", description = "The store, such as documents.") String name) {
        try (Node node = Node.running(home)) {
            node.ask(Value.struct("op", Value.of("store.drop"), "name", Value.of(name)));
            screen.print("Dropped.");
            return 0;
        }
    }

    @Command(
            name = "verify",
            description =
                    "Compares the store that serves with the one that follows, row by row, while clients go on. Exit code 1 if a row is not alike; the node remembers the list until it stops.",
            mixinStandardHelpOptions = true)
    int verify(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "NAME", description = "The store, such as documents.") String name,
            @Option(
                            names = "--against",
                            paramLabel = "ADAPTER",
                            description = "The adapter that must be the one that follows; else any.")
                    @Nullable
                    String against,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "100",
                            description =
                                    "How many differences are listed, 1000 at most; ${DEFAULT-VALUE} unless given.")
                    int limit,
            @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        Value.Struct request =
                Value.struct("op", Value.of("store.verify"), "name", Value.of(name), "limit", Value.of((long) limit));
        try (Node node = Node.running(home)) {
            Value.Struct found = (Value.Struct)
                    node.follow(against == null ? request : request.with("against", Value.of(against)), screen);
            if (json) {
                screen.print(Texts.json(found));
            } else {
                show(found);
            }
            return found.findInt("differences").orElse(0L) == 0 ? 0 : ExitCodes.FAILED;
        }
    }

    private void show(Value.Struct found) {
        List<Value.Struct> listed = Texts.structs(found.fields().get("listed"));
        if (!listed.isEmpty()) {
            List<List<String>> rows =
                    new ArrayList<>(List.of(List.of("TABLE", "COLLECTION", "ID", "REVISION", "DIFFERS")));
            for (Value.Struct row : listed) {
                rows.add(List.of(
                        Texts.or(row, "table", ""),
                        Texts.or(row, "collection", ""),
                        Texts.or(row, "id", ""),
                        Texts.or(row, "revision", ""),
                        String.join(", ", Texts.of(row, "differs"))));
            }
            screen.table(rows);
        }
        screen.print(Texts.or(found, "result", ""));
    }

    private int follow(HomeOption home, Value.Struct request) {
        try (Node node = Node.running(home)) {
            Value.Struct job = (Value.Struct) node.follow(request, screen);
            screen.print(Texts.or(job, "result", "Done."));
            return 0;
        }
    }
}
