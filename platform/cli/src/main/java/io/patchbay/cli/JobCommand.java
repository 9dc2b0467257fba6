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
        name = "job",
        description = "Lists and cancels work that takes longer than a request.",
        mixinStandardHelpOptions = true)
final class JobCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    private final Screen screen;

    JobCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command for jobs is given.");
    }

    @Command(name = "list", description = "Lists the jobs, newest first.", mixinStandardHelpOptions = true)
    int list(@Mixin HomeOption home, @Option(names = "--json", description = "As JSON, for scripts.") boolean json) {
        try (Node node = Node.running(home)) {
            Value jobs = node.ask(Value.struct("op", Value.of("job.list")));
            if (json) {
                screen.print(Texts.json(jobs));
                return 0;
            }
            List<List<String>> rows = new ArrayList<>(List.of(List.of("ID", "STATE", "WHAT", "HOW FAR")));
            for (Value.Struct job : Texts.structs(jobs)) {
                String end = Texts.or(job, "error", Texts.or(job, "result", ""));
                rows.add(List.of(
                        Texts.or(job, "id", ""),
                        Texts.or(job, "state", ""),
                        Texts.or(job, "title", ""),
                        end.isEmpty() ? Progress.line(job) : end));
            }
            screen.table(rows);
            return 0;
        }
    }

    @Command(
            name = "cancel",
            description = "Asks a job to stop and to undo what it did.",
            mixinStandardHelpOptions = true)
    int cancel(
            @Mixin HomeOption home,
            @Parameters(paramLabel = "ID", description = "The job, as in the list.") String id) {
        try (Node node = Node.running(home)) {
            Value.Struct job = (Value.Struct) node.ask(Value.struct("op", Value.of("job.cancel"), "id", Value.of(id)));
            screen.print("Asked '" + Texts.or(job, "title", id) + "' to stop.");
            return 0;
        }
    }
}
