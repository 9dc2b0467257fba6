package io.patchbay.cli;

import io.patchbay.api.document.Value;
import io.patchbay.cli.doctor.Doctor;
import io.patchbay.cli.doctor.Finding;
import io.patchbay.cli.doctor.Patient;
import io.patchbay.cli.doctor.ThisMachine;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "doctor",
        description =
                "Says what is wrong with a node and how to mend it, the heaviest first; works on a running node and on a stopped home.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private HomeOption home;

    @Option(
            names = "--quick-check",
            description = "Read the stores through on a running node too; on a stopped home it is always done.")
    private boolean quickCheck;

    @Option(names = "--json", description = "As JSON, for scripts.")
    private boolean json;

    private final Screen screen;

    DoctorCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Integer call() {
        Path folder = home.folder();
        Optional<ControlConnection> connection = ControlConnection.find(folder, home.patience());
        if (connection.isEmpty()) {
            Homes.require(folder);
        }
        Doctor doctor = new Doctor(quickCheck);
        List<Finding> findings = doctor.examine(patient(folder, connection));
        if (json) {
            screen.print(Texts.json(Value.struct(
                    "checks",
                    Value.of(doctor.checks()),
                    "running",
                    Value.of(connection.isPresent()),
                    "findings",
                    new Value.Array(
                            findings.stream().<Value>map(DoctorCommand::value).toList()))));
        } else {
            findings.forEach(this::print);
            if (findings.isEmpty()) {
                screen.print(screen.paint(
                        Screen.Colour.GREEN, "All is well: " + doctor.checks() + " checks found nothing."));
            }
        }
        return findings.stream().anyMatch(finding -> finding.weight() == Finding.Weight.ERROR)
                ? ExitCodes.FAILED
                : ExitCodes.DONE;
    }

    private static Patient patient(Path folder, Optional<ControlConnection> connection) {
        if (connection.isEmpty()) {
            return patient(folder, Optional.empty(), List.of(), List.of());
        }
        try (ControlConnection open = connection.get()) {
            Value.Struct status = (Value.Struct) open.ask(Value.struct("op", Value.of("status"), "tree", Value.TRUE));
            return patient(folder, Optional.of(status), list(open, "plugin.list"), list(open, "store.list"));
        }
    }

    private static Patient patient(
            Path folder, Optional<Value.Struct> status, List<Value.Struct> plugins, List<Value.Struct> stores) {
        return new Patient(
                folder, HomeOption.distribution(), status, plugins, stores, new ThisMachine(), Instant.now());
    }

    /** A node whose plugins or stores can't be listed says why among its components. */
    private static List<Value.Struct> list(ControlConnection connection, String op) {
        try {
            return Texts.structs(connection.ask(Value.struct("op", Value.of(op))));
        } catch (CommandException e) {
            return List.of();
        }
    }

    private void print(Finding finding) {
        Screen.Colour colour = switch (finding.weight()) {
            case ERROR -> Screen.Colour.RED;
            case WARNING -> Screen.Colour.YELLOW;
            case NOTE -> Screen.Colour.FAINT;
        };
        String weight = finding.weight().name().toLowerCase(Locale.ROOT);
        screen.print(screen.paint(colour, weight) + " [" + finding.check() + "] " + finding.problem() + " "
                + finding.remedy());
    }

    private static Value.Struct value(Finding finding) {
        return Value.struct(
                "weight", Value.of(finding.weight().name().toLowerCase(Locale.ROOT)),
                "check", Value.of(finding.check()),
                "problem", Value.of(finding.problem()),
                "remedy", Value.of(finding.remedy()));
    }
}
