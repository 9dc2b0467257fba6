package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "kv",
        description = "Reads and writes keys and their values; works beside a running node and on a stopped home.",
        mixinStandardHelpOptions = true,
        subcommands = BucketCommand.class)
final class KvCommand implements Runnable {
    /** What fits into a request as base64. */
    private static final int VALUE_BYTES_MAX = 1 << 20;

    @Spec
    private CommandSpec spec;

    private final Screen screen;

    KvCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command for keys and values is given.");
    }

    @Command(name = "get", description = "Writes a key's value, as it is.", mixinStandardHelpOptions = true)
    int get(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "BUCKET", description = "The bucket.") String bucket,
            @Parameters(paramLabel = "KEY", description = "The key.") String key,
            @Option(
                            names = "--out",
                            paramLabel = "FILE",
                            description = "Where the value is written; the standard output without it.")
                    Optional<Path> out,
            @Option(names = "--json", description = "All that is known of it, as JSON; the value is base64.")
                    boolean json) {
        try (Node node = Node.ofHome(home, screen)) {
            Value.Struct entry = (Value.Struct)
                    node.ask(Value.struct("op", Value.of("kv.get"), "bucket", Value.of(bucket), "key", Value.of(key)));
            if (json) {
                screen.print(Texts.json(entry));
            } else {
                write(Base64.getDecoder().decode(entry.findText("value").orElseThrow()), out);
            }
            return ExitCodes.DONE;
        }
    }

    private void write(byte[] value, Optional<Path> out) {
        try {
            if (out.isPresent()) {
                Files.write(out.get(), value);
            } else {
                // Not closed: the process may have more to say there.
                new FileOutputStream(FileDescriptor.out).write(value);
            }
        } catch (IOException e) {
            throw CommandException.failed("The value can't be written: " + InputFile.reason(e) + ".");
        }
    }

    @Command(
            name = "put",
            description = "Puts a value under a key, in the place of what is there.",
            mixinStandardHelpOptions = true)
    int put(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "BUCKET", description = "The bucket.") String bucket,
            @Parameters(paramLabel = "KEY", description = "The key.") String key,
            @Parameters(
                            paramLabel = "VALUE",
                            arity = "0..1",
                            description = "The value, a text; without it the value is that of --file.")
                    Optional<String> text,
            @Option(
                            names = "--file",
                            paramLabel = "FILE",
                            description = "A file with the value, up to 1 MiB; - for the standard input.")
                    Optional<String> file,
            @Option(names = "--type", paramLabel = "TYPE", description = "The value's content type.")
                    Optional<String> type,
            @Option(names = "--ttl", paramLabel = "SECONDS", description = "After how long it is gone.")
                    Optional<Long> ttl,
            @Option(names = "--if-revision", paramLabel = "N", description = "Only if the key is at this revision.")
                    Optional<Long> ifRevision,
            @Option(names = "--if-absent", description = "Only if the key is not there.") boolean ifAbsent) {
        if (text.isPresent() == file.isPresent()) {
            throw new ParameterException(spec.commandLine(), "Give a VALUE or --file, one of them.");
        }
        Map<String, Value> put = new LinkedHashMap<>(Map.of("op", Value.of("put"), "key", Value.of(key)));
        text.ifPresent(value -> put.put("text", Value.of(value)));
        file.ifPresent(name -> put.put("value", Value.of(Base64.getEncoder().encodeToString(read(name)))));
        type.ifPresent(given -> put.put("contentType", Value.of(given)));
        ttl.ifPresent(seconds -> put.put("ttl", Value.of(seconds)));
        ifRevision.ifPresent(revision -> put.put("ifRevision", Value.of(revision)));
        if (ifAbsent) {
            put.put("ifAbsent", Value.TRUE);
        }
        try (Node node = Node.ofHome(home, screen)) {
            Value.Struct done = commit(node, bucket, put);
            screen.print(
                    "Put " + key + " at revision " + done.findInt("revision").orElseThrow() + ".");
            return ExitCodes.DONE;
        }
    }

    private byte[] read(String name) {
        try (InputStream in = name.equals("-") ? screen.in() : Files.newInputStream(Path.of(name))) {
            byte[] value = in.readNBytes(VALUE_BYTES_MAX + 1);
            if (value.length > VALUE_BYTES_MAX) {
                throw CommandException.failed("A value of more than 1 MiB is put over HTTP, not here.");
            }
            return value;
        } catch (IOException e) {
            throw CommandException.failed("The value can't be read: " + InputFile.reason(e) + ".");
        }
    }

    @Command(name = "delete", description = "Deletes a key.", mixinStandardHelpOptions = true)
    int delete(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "BUCKET", description = "The bucket.") String bucket,
            @Parameters(paramLabel = "KEY", description = "The key.") String key,
            @Option(names = "--if-revision", paramLabel = "N", description = "Only if the key is at this revision.")
                    Optional<Long> ifRevision) {
        Map<String, Value> delete = new LinkedHashMap<>(Map.of("op", Value.of("delete"), "key", Value.of(key)));
        ifRevision.ifPresent(revision -> delete.put("ifRevision", Value.of(revision)));
        try (Node node = Node.ofHome(home, screen)) {
            Value.Struct result = Texts.structs(
                            commit(node, bucket, delete).find("results").orElseThrow())
                    .get(0);
            if (!result.find("deleted").filter(Value.TRUE::equals).isPresent()) {
                throw CommandException.failed("There is no key '" + key + "' in " + bucket + ".");
            }
            screen.print("Deleted " + key + ".");
            return ExitCodes.DONE;
        }
    }

    private static Value.Struct commit(Node node, String bucket, Map<String, Value> operation) {
        return (Value.Struct) node.ask(Value.struct(
                "op", Value.of("kv.commit"),
                "bucket", Value.of(bucket),
                "operations", Value.array(new Value.Struct(operation))));
    }

    @Command(
            name = "list",
            description = "Lists the keys of a bucket, in the order of their bytes.",
            mixinStandardHelpOptions = true)
    int list(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "BUCKET", description = "The bucket.") String bucket,
            @Option(names = "--prefix", paramLabel = "TEXT", description = "Only keys that begin with it.")
                    Optional<String> prefix,
            @Option(names = "--start", paramLabel = "KEY", description = "The first key that may come.")
                    Optional<String> start,
            @Option(names = "--end", paramLabel = "KEY", description = "The first key behind those that may come.")
                    Optional<String> end,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "At most so many, from 1 to 1000 (default: ${DEFAULT-VALUE}).")
                    int limit,
            @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        Map<String, Value> request = new LinkedHashMap<>();
        request.put("op", Value.of("kv.list"));
        request.put("bucket", Value.of(bucket));
        request.put("limit", Value.of(limit));
        prefix.ifPresent(text -> request.put("prefix", Value.of(text)));
        start.ifPresent(text -> request.put("start", Value.of(text)));
        end.ifPresent(text -> request.put("end", Value.of(text)));
        try (Node node = Node.ofHome(home, screen)) {
            Value.Struct page = (Value.Struct) node.ask(new Value.Struct(request));
            if (json) {
                screen.print(Texts.json(page));
                return ExitCodes.DONE;
            }
            List<List<String>> rows = new ArrayList<>(List.of(List.of("KEY", "REVISION", "BYTES", "TYPE", "EXPIRES")));
            for (Value.Struct item : Texts.structs(page.find("items").orElseThrow())) {
                rows.add(List.of(
                        Texts.or(item, "key", ""),
                        Texts.or(item, "revision", ""),
                        Texts.or(item, "size", ""),
                        Texts.or(item, "contentType", ""),
                        Texts.or(item, "expiresAt", "")));
            }
            screen.table(rows);
            if (page.findText("next").isPresent()) {
                screen.note("There are more; --limit, --prefix or --start show them.");
            }
            return ExitCodes.DONE;
        }
    }
}
