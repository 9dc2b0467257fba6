package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Who operates the node of a home with the command line, on the same machine. */
record Operator(Distribution distribution, Path home) {
    static final String ADMIN = "ann";
    static final String PASSWORD = "correct horse battery staple";

    Operator(Path home) {
        this(Distribution.shared(), home);
    }

    /** Adds the first admin; the home's node may run or not. */
    void addAdmin() {
        addUser(ADMIN, "admin");
    }

    void addUser(String name, String role) {
        CommandResult added = distribution.runWithInput(
                PASSWORD + "\n", "user", "add", name, "--role", role, "--password-stdin", "--home", home.toString());
        assertThat(added.exitCode()).as(added.output()).isZero();
    }

    Rest login(URI node) {
        return Rest.login(node, ADMIN, PASSWORD);
    }

    /** Runs a command that must succeed; returns what it printed. */
    String run(String... command) {
        CommandResult result = tryRun(command);
        assertThat(result.exitCode())
                .as("patchbay %s: %s", String.join(" ", command), result.output())
                .isZero();
        return result.output();
    }

    CommandResult tryRun(String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("--home", home.toString()));
        return distribution.run(arguments.toArray(String[]::new));
    }
}
