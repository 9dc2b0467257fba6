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

@Command(name = "bucket", description = "Lists, creates, changes and deletes buckets.", mixinStandardHelpOptions = true)
final class BucketCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private final Screen screen;

    BucketCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command for buckets is given.");
    }

    @Command(name = "list", description = "Lists the buckets.", mixinStandardHelpOptions = true)
    int list(@Mixin HomeOption home, @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        try (Node node = Node.ofHome(home, screen)) {
            Value buckets = node.ask(Value.struct("op", Value.of("kv.buckets")));
            if (json) {
                screen.print(Texts.json(buckets));
                return ExitCodes.DONE;
            }
            List<List<String>> rows = new ArrayList<>(List.of(List.of("NAME", "KEYS", "READ", "WRITE")));
            for (Value.Struct bucket : Texts.structs(buckets)) {
                Value.Struct rules = (Value.Struct) bucket.find("rules").orElse(Value.Struct.EMPTY);
                rows.add(List.of(
                        Texts.or(bucket, "name", ""),
                        Texts.or(bucket, "keys", ""),
                        Texts.or(rules, "read", "admins alone"),
                        Texts.or(rules, "write", "admins alone")));
            }
            screen.table(rows);
            return ExitCodes.DONE;
        }
    }

    @Command(
            name = "define",
            description = "Creates a bucket, or replaces its rules; its keys and values stay.",
            mixinStandardHelpOptions = true)
    int define(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "BUCKET", description = "The bucket's name.") String name,
            @Option(
                            names = "--rule",
                            paramLabel = "ACTION=CEL",
                            description = "A rule for read or write, over auth and key; may be repeated.")
                    @Nullable
                    Map<String, String> rules,
            @Option(
                            names = "--plain-keys",
                            description =
                                    "Its keys may stand on the disk in clear, so that their number is not bounded by memory; fixed for the bucket's life.")
                    boolean plainKeys) {
        Map<String, Value> ruled = new LinkedHashMap<>();
        (rules == null ? Map.<String, String>of() : rules).forEach((action, rule) -> ruled.put(action, Value.of(rule)));
        Value.Struct definition =
                Value.struct("keys", Value.of(plainKeys ? "plain" : "sealed"), "rules", new Value.Struct(ruled));
        try (Node node = Node.ofHome(home, screen)) {
            RulePlace.pointing(
                    definition,
                    screen,
                    () -> node.ask(Value.struct(
                            "op", Value.of("kv.define"), "bucket", Value.of(name), "definition", definition)));
            screen.print("Defined " + name + (ruled.isEmpty() ? "; without rules it is for admins alone." : "."));
            return ExitCodes.DONE;
        }
    }

    @Command(name = "delete", description = "Deletes a bucket with all that is in it.", mixinStandardHelpOptions = true)
    int delete(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "BUCKET", description = "The bucket.") String name,
            @Option(names = "--yes", description = "Don't ask.") boolean yes) {
        if (!yes && !screen.confirms("This deletes all keys of " + name + ". Its name, to go on:", name)) {
            throw new CommandException(
                    ExitCodes.WRONG_ARGUMENTS, "Nothing was deleted: give --yes, or type the name when asked.");
        }
        try (Node node = Node.ofHome(home, screen)) {
            node.ask(Value.struct("op", Value.of("kv.drop"), "bucket", Value.of(name)));
            screen.print("Deleted " + name + ".");
            return ExitCodes.DONE;
        }
    }
}
