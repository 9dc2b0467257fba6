package io.patchbay.cli;

import io.patchbay.api.document.Value;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "status", description = "Shows how the node is.", mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    @Mixin
    private HomeOption home;

    @Option(names = "--tree", description = "Every component with its state and counts.")
    private boolean tree;

    @Option(names = "--json", description = "As JSON, for scripts.")
    private boolean json;

    private final Screen screen;

    StatusCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Integer call() {
        try (Node node = Node.running(home)) {
            Value.Struct status =
                    (Value.Struct) node.ask(Value.struct("op", Value.of("status"), "tree", Value.of(tree)));
            if (json) {
                screen.print(Texts.json(status));
            } else {
                print(status);
            }
        }
        return 0;
    }

    private void print(Value.Struct status) {
        screen.print("Patchbay " + Texts.or(status, "version", "?") + ", " + Texts.or(status, "state", "?")
                + ", process " + Texts.or(status, "pid", "?") + ", up since " + Texts.or(status, "startedAt", "?")
                + (status.find("offline").filter(Value.TRUE::equals).isPresent() ? ", offline" : ""));
        screen.print("Home " + Texts.or(status, "home", "?"));
        if (status.fields().get("components") instanceof Value.Array components) {
            print(Texts.structs(components), "");
        }
    }

    private void print(List<Value.Struct> components, String indent) {
        for (Value.Struct component : components) {
            Value.Struct facts = (Value.Struct) component.find("facts").orElse(Value.Struct.EMPTY);
            String known = facts.fields().keySet().stream()
                    .map(name -> name + " " + Texts.or(facts, name, ""))
                    .collect(Collectors.joining(", "));
            screen.print(indent + Texts.or(component, "path", "?") + ": " + Texts.or(component, "state", "?")
                    + (known.isEmpty() ? "" : " (" + known + ")"));
            component.find("parts").ifPresent(parts -> print(Texts.structs(parts), indent + "  "));
        }
    }
}
