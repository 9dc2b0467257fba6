package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "watch",
        description =
                "Prints a collection's documents, then what changes, until Ctrl-C; goes on where it was when the node comes back.",
        mixinStandardHelpOptions = true)
final class WatchCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofMillis(250);

    /** Codes behind which a node is there again. */
    private static final List<String> PASSING = List.of("STOPPING", "UNAVAILABLE", "STORE_UNAVAILABLE");

    @Mixin
    private HomeOption home;

    @Parameters(paramLabel = "COLLECTION", description = "What to watch.")
    private String collection;

    @Option(names = "--filter", paramLabel = "CEL", description = "Only documents for which this is true.")
    private Optional<String> filter = Optional.empty();

    @Option(names = "--changes", description = "Every change of the log, without the documents that are there.")
    private boolean changes;

    @Option(
            names = "--since",
            paramLabel = "POSITION",
            description = "Go on behind this position, which an earlier watch printed.")
    private Optional<String> since = Optional.empty();

    @Option(names = "--json", description = "As JSON, a line for each document or change.")
    private boolean json;

    private final Screen screen;
    private boolean begun;
    private String noted = "";

    WatchCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Integer call() throws InterruptedException {
        Path folder = home.folder();
        Patience patience = home.patience();
        Optional<ControlConnection> connection = ControlConnection.find(folder, patience);
        if (connection.isEmpty()) {
            Homes.require(folder);
            throw Node.notRunning(folder);
        }
        // Once it has begun it waits for its node without end; to begin has a limit, as with any command.
        long beginBy = System.nanoTime() + patience.untilNext().toNanos();
        while (true) {
            try (ControlConnection open = connection.orElseThrow()) {
                open.ask(request(), this::hear);
            } catch (NodeGone e) {
                if (!begun) {
                    throw e;
                }
                noteOnce(e.waiting());
            } catch (CommandException e) {
                if (!isPassing(e) || (!begun && System.nanoTime() - beginBy > 0)) {
                    throw e;
                }
                noteOnce(e.getMessage());
            }
            connection = awaitNode(folder, patience, beginBy);
        }
    }

    /** Whether the watch goes on behind it. */
    private boolean isPassing(CommandException e) {
        if (e.code().equals("HISTORY_GONE") && !changes) {
            screen.note(e.getMessage() + " The documents follow anew.");
            since = Optional.empty();
            return true;
        }
        return PASSING.contains(e.code());
    }

    private void noteOnce(String sentence) {
        if (!sentence.equals(noted)) {
            screen.note(sentence);
            noted = sentence;
        }
    }

    private Optional<ControlConnection> awaitNode(Path folder, Patience patience, long beginBy)
            throws InterruptedException {
        while (begun || System.nanoTime() - beginBy < 0) {
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
            try {
                Optional<ControlConnection> connection = ControlConnection.find(folder, patience);
                if (connection.isPresent()) {
                    return connection;
                }
            } catch (NodeGone e) {
                noteOnce(e.waiting());
            }
        }
        throw Node.notRunning(folder);
    }

    private Value.Struct request() {
        Map<String, Value> request = new LinkedHashMap<>();
        request.put("op", Value.of("watch"));
        request.put("collection", Value.of(collection));
        request.put("changes", Value.of(changes));
        filter.ifPresent(text -> request.put("filter", Value.of(text)));
        since.ifPresent(position -> request.put("since", Value.of(position)));
        return new Value.Struct(request);
    }

    private void hear(Value.Struct message) {
        if (message.findText("started").isPresent()) {
            begun = true;
            noted = "";
        }
        // A log goes on from where it began even if nothing has happened yet; a state that is not whole is read anew.
        if (changes && since.isEmpty()) {
            since = message.findText("started");
        }
        if (!(message.fields().get("event") instanceof Value.Struct event)) {
            return;
        }
        if (event.findText("op").filter("reload"::equals).isPresent()) {
            since = Optional.empty();
        }
        if (json) {
            screen.print(Texts.json(event));
        } else {
            print(event);
        }
        event.findText("position").ifPresent(position -> since = Optional.of(position));
    }

    private void print(Value.Struct event) {
        String op = Texts.or(event, "op", "");
        String id = Texts.or(event, "id", "");
        switch (op) {
            case "state", "put" ->
                screen.print(screen.paint(op.equals("put") ? Screen.Colour.GREEN : Screen.Colour.FAINT, op) + " " + id
                        + " " + Texts.or(event, "revision", "") + " "
                        + event.find("data").map(Texts::json).orElse(""));
            case "live" -> screen.note("These are all at " + Texts.or(event, "position", "") + "; changes follow.");
            case "reload" -> screen.note(Texts.or(event, "reason", "") + " The documents follow anew.");
            default ->
                screen.print(screen.paint(Screen.Colour.RED, op) + " " + id + " " + Texts.or(event, "revision", ""));
        }
    }
}
