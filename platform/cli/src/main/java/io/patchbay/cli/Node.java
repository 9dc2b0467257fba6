package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** The node that a command is about: the one that runs, or for some commands one that is started for them. */
final class Node implements AutoCloseable {
    private final ControlConnection connection;
    private final Optional<OfflineNode> offline;

    private Node(ControlConnection connection, Optional<OfflineNode> offline) {
        this.connection = connection;
        this.offline = offline;
    }

    /** @throws CommandException exit code 3 if none runs on this home */
    static Node running(Path home) {
        return ControlConnection.find(home)
                .map(connection -> new Node(connection, Optional.empty()))
                .orElseThrow(() -> new CommandException(
                        Main.NOT_RUNNING,
                        "No node runs on " + home + "; 'patchbay run --home " + home + "' starts one."));
    }

    /** The node that runs, or one without a network that is started for this command and stopped after it. */
    static Node runningOrOffline(Path home, Screen screen) {
        Optional<ControlConnection> connection = ControlConnection.find(home);
        if (connection.isPresent()) {
            return new Node(connection.get(), Optional.empty());
        }
        OfflineNode node = OfflineNode.start(home, screen);
        return new Node(node.connect(), Optional.of(node));
    }

    Value ask(Value.Struct request) {
        return connection.ask(request);
    }

    /** Shows the plan's warnings and the job's progress until it has ended. */
    Value follow(Value.Struct request, Screen screen) {
        try (Progress progress = new Progress(screen)) {
            return connection.ask(request, (Consumer<Value.Struct>) progress::show);
        }
    }

    @Override
    public void close() {
        try {
            offline.ifPresent(node -> node.stop(connection));
        } finally {
            connection.close();
        }
    }
}
