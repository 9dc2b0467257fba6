package io.patchbay.cli;

import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts a node. {@code bin/patchbay run} goes to the launcher directly; here it is documented, and handed on. */
@Command(
        name = "run",
        description = "Starts a node and stays in the foreground; one line 'ready' names its addresses.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
    private static final String LAUNCHER = "io.patchbay.launcher.Main";

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description =
                    "Home folder; it is made if it is not there (default: $PATCHBAY_HOME, else the folder home of the distribution).")
    private Optional<Path> home = Optional.empty();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port to listen on instead of the configured one; 0 takes any free port.")
    private Optional<Integer> port = Optional.empty();

    @Option(names = "--offline", description = "Start without the bundles that talk to the network.")
    private boolean offline;

    @Override
    public Integer call() throws Exception {
        List<String> words = new ArrayList<>(List.of("run"));
        home.ifPresent(folder -> words.addAll(List.of("--home", folder.toString())));
        port.ifPresent(number -> words.addAll(List.of("--port", number.toString())));
        if (offline) {
            words.add("--offline");
        }
        try {
            // The launcher ends the process itself, with its own exit code.
            Class.forName(LAUNCHER).getMethod("main", String[].class).invoke(null, (Object)
                    words.toArray(new String[0]));
            return 0;
        } catch (ClassNotFoundException e) {
            throw CommandException.failed("The launcher is not here: use bin/patchbay of a distribution.");
        } catch (InvocationTargetException e) {
            throw CommandException.failed("The node can't be started: " + e.getCause() + ".");
        }
    }
}
