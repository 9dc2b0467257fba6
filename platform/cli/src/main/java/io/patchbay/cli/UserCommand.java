package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "user",
        description = "Lists, adds and changes the node's users; works beside a running node and on a stopped home.",
        mixinStandardHelpOptions = true)
final class UserCommand implements Runnable {
    /** As it is written on the command line. */
    enum RoleName {
        admin,
        user
    }

    @Spec
    private CommandSpec spec;

    private final Screen screen;

    UserCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command for users is given.");
    }

    @Command(name = "list", description = "Lists the users.", mixinStandardHelpOptions = true)
    int list(@Mixin HomeOption home, @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        try (Node node = Node.ofHome(home, screen)) {
            Value users = node.ask(Value.struct("op", Value.of("user.list")));
            if (json) {
                screen.print(Texts.json(users));
                return 0;
            }
            List<List<String>> rows = new ArrayList<>(List.of(List.of("NAME", "ROLE", "STATE", "ID")));
            for (Value.Struct user : Texts.structs(users)) {
                rows.add(List.of(
                        Texts.or(user, "name", ""),
                        Texts.or(user, "role", ""),
                        Texts.or(user, "state", ""),
                        Texts.or(user, "id", "")));
            }
            screen.table(rows);
            return 0;
        }
    }

    @Command(
            name = "add",
            description = "Adds a user. The password is asked for on the terminal, or read from the standard input.",
            mixinStandardHelpOptions = true)
    int add(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "NAME", description = "The new user's name.") String name,
            @Option(names = "--role", paramLabel = "ROLE", required = true, description = "${COMPLETION-CANDIDATES}")
                    RoleName role,
            @Option(
                            names = "--password-stdin",
                            description = "Read the password from the first line of the standard input.")
                    boolean fromStandardInput) {
        String password = screen.readNewSecret("password", fromStandardInput);
        return change(
                home,
                Value.struct(
                        "op",
                        Value.of("user.add"),
                        "name",
                        Value.of(name),
                        "role",
                        Value.of(role.name()),
                        "password",
                        Value.of(password)),
                "Added " + name + " (" + role + ").");
    }

    @Command(
            name = "passwd",
            description = "Sets a new password and ends the user's logins.",
            mixinStandardHelpOptions = true)
    int changePassword(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "NAME", description = "The user's name.") String name,
            @Option(
                            names = "--password-stdin",
                            description = "Read the password from the first line of the standard input.")
                    boolean fromStandardInput) {
        String password = screen.readNewSecret("password", fromStandardInput);
        return change(
                home,
                Value.struct("op", Value.of("user.passwd"), "name", Value.of(name), "password", Value.of(password)),
                "The password of " + name + " is changed; all logins of " + name + " have ended.");
    }

    @Command(
            name = "role",
            description = "Makes a user an admin or an admin a user, and ends the logins.",
            mixinStandardHelpOptions = true)
    int changeRole(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "NAME", description = "The user's name.") String name,
            @Option(names = "--role", paramLabel = "ROLE", required = true, description = "${COMPLETION-CANDIDATES}")
                    RoleName role) {
        return change(
                home,
                Value.struct("op", Value.of("user.change"), "name", Value.of(name), "role", Value.of(role.name())),
                name + " is " + role + " now.");
    }

    @Command(
            name = "disable",
            description = "Keeps a user out and ends the user's logins.",
            mixinStandardHelpOptions = true)
    int disable(
            @Mixin HomeOption home, @Parameters(paramLabel = "NAME", description = "The user's name.") String name) {
        return changeState(home, name, "disabled");
    }

    @Command(name = "enable", description = "Lets a disabled user in again.", mixinStandardHelpOptions = true)
    int enable(@Mixin HomeOption home, @Parameters(paramLabel = "NAME", description = "The user's name.") String name) {
        return changeState(home, name, "enabled");
    }

    @Command(
            name = "delete",
            description = "Deletes a user and ends the user's logins.",
            mixinStandardHelpOptions = true)
    int delete(@Mixin HomeOption home, @Parameters(paramLabel = "NAME", description = "The user's name.") String name) {
        return change(
                home, Value.struct("op", Value.of("user.delete"), "name", Value.of(name)), "Deleted " + name + ".");
    }

    private int changeState(HomeOption home, String name, String state) {
        return change(
                home,
                Value.struct("op", Value.of("user.change"), "name", Value.of(name), "state", Value.of(state)),
                name + " is " + state + " now.");
    }

    private int change(HomeOption home, Value.Struct request, String done) {
        // Only adding makes sense on a home that is yet to be made.
        boolean adds = request.findText("op").filter("user.add"::equals).isPresent();
        try (Node node = adds ? Node.runningOrOffline(home, screen) : Node.ofHome(home, screen)) {
            node.ask(request);
            screen.print(done);
            return 0;
        }
    }
}
