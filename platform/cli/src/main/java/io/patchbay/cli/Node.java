package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** The node that a command is about: the one that runs, or for some commands one that is started for them. */
final class Node implements AutoCloseable {
    private final ControlConnection connection;
    private final Optional<OfflineNode> offline;
    private final Optional<Path> passingHome;

    private Node(ControlConnection connection, Optional<OfflineNode> offline) {
        this(connection, offline, Optional.empty());
    }

    private Node(ControlConnection connection, Optional<OfflineNode> offline, Optional<Path> passingHome) {
        this.connection = connection;
        this.offline = offline;
        this.passingHome = passingHome;
    }

    static Optional<Node> findRunning(HomeOption home) {
        return ControlConnection.find(home.folder(), home.patience())
                .map(connection -> new Node(connection, Optional.empty()));
    }

    /** @throws CommandException exit code 3 if none runs on this home */
    static Node running(HomeOption home) {
        return findRunning(home).orElseThrow(() -> notRunning(home.folder()));
    }

    static CommandException notRunning(Path home) {
        if (Files.isRegularFile(home)) {
            Homes.require(home);
        }
        return new CommandException(
                Main.NOT_RUNNING,
                Homes.isHome(home) || !Files.exists(home)
                        ? "No node runs on " + home + "; 'patchbay run --home " + home + "' starts one."
                        : "No node runs on " + home + ", and the folder is no home of one; 'patchbay run --home " + home
                                + "' makes it one.");
    }

    /** The node that runs, or one without a network that is started for this command and stopped after it. */
    static Node runningOrOffline(HomeOption home, Screen screen) {
        return findRunning(home).orElseGet(() -> offline(home, screen));
    }

    /** As {@link #runningOrOffline}, for what makes no sense on a folder that is no home yet. */
    static Node ofHome(HomeOption home, Screen screen) {
        return findRunning(home).orElseGet(() -> {
            Homes.require(home.folder());
            return offline(home, screen);
        });
    }

    /** One that is started for this command, whatever the folder is. */
    static Node offline(HomeOption home, Screen screen) {
        OfflineNode node = OfflineNode.start(home.folder(), screen);
        return new Node(node.connect(home.patience()), Optional.of(node));
    }

    /** One on a folder that is deleted after this command. */
    static Node passing(Path folder, Patience patience, Screen screen) {
        OfflineNode node = OfflineNode.start(folder, screen);
        return new Node(node.connect(patience), Optional.of(node), Optional.of(folder));
    }

    /** Tells {@code listener} what comes before the answer. */
    Value ask(Value.Struct request, Consumer<Value.Struct> listener) {
        return connection.ask(request, listener);
    }

    Value ask(Value.Struct request) {
        return connection.ask(request);
    }

    /** With a request that is encoded already. */
    Value ask(byte[] request) {
        return connection.ask(request, message -> {});
    }

    /** Whether it was started for this command alone. */
    boolean isOffline() {
        return offline.isPresent();
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
            passingHome.ifPresent(Homes::delete);
        }
    }
}
