package io.patchbay.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What stands behind {@code patchbay run}.
 *
 * @param home the home folder, if one is named
 * @param port the port to listen on instead of the configured one; 0 takes any free port
 * @param offline start without the bundles that talk to the network
 */
record Arguments(Optional<Path> home, OptionalInt port, boolean offline) {

    static final String USAGE = "Usage: patchbay run [--home DIR] [--port N] [--offline]";

    private static final int HIGHEST_PORT = 65535;

    /** Reads the words after {@code patchbay}; {@code --name=value} and {@code --name value} are the same. */
    static Arguments parse(List<String> words) {
        Optional<Path> home = Optional.empty();
        OptionalInt port = OptionalInt.empty();
        boolean offline = false;
        Words rest = new Words(words);
        if (!"run".equals(rest.next())) {
            throw new StartException("The launcher knows the verb 'run' alone. " + USAGE);
        }
        while (rest.hasNext()) {
            String word = rest.next();
            switch (word) {
                case "--home" -> home = Optional.of(Path.of(rest.value(word)));
                case "--port" -> port = OptionalInt.of(port(rest.value(word)));
                case "--offline" -> offline = true;
                default -> throw new StartException("Unknown option " + word + ". " + USAGE);
            }
        }
        return new Arguments(home, port, offline);
    }

    /**
     * The words that start this node again where its clients look for it: any free port that it took is the one it takes then.
     *
     * @param words that it was started with
     * @param port that it listens on; 0 if it listens nowhere
     */
    List<String> again(List<String> words, int port) {
        if (port == 0 || this.port.orElse(port) != 0) {
            return words;
        }
        List<String> again = new ArrayList<>(words);
        again.addAll(List.of("--port", String.valueOf(port)));
        return again;
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= HIGHEST_PORT) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            // Told below, as is a number out of range.
        }
        throw new StartException("--port needs a number from 0 to " + HIGHEST_PORT + ", not '" + text + "'.");
    }

    /** The words one by one, with {@code --name=value} cut in two. */
    private static final class Words {
        private final java.util.ArrayDeque<String> words = new java.util.ArrayDeque<>();

        Words(List<String> words) {
            for (String word : words) {
                int equals = word.startsWith("--") ? word.indexOf('=') : -1;
                if (equals < 0) {
                    this.words.add(word);
                } else {
                    this.words.add(word.substring(0, equals));
                    this.words.add(word.substring(equals + 1));
                }
            }
        }

        boolean hasNext() {
            return !words.isEmpty();
        }

        String next() {
            return words.isEmpty() ? "" : words.remove();
        }

        String value(String option) {
            if (words.isEmpty()) {
                throw new StartException(option + " needs a value. " + USAGE);
            }
            return words.remove();
        }
    }
}
