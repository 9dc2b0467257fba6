package io.patchbay.cli.doctor;

import io.patchbay.launcher.ConfigurationCheck;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The file {@code conf/patchbay.yaml}, and what it asks for. */
final class ConfigurationChecks {
    private ConfigurationChecks() {}

    static List<Finding> configuration(Patient patient) {
        try {
            read(patient);
            return List.of();
        } catch (IllegalArgumentException e) {
            return List.of(Finding.error(
                    "configuration",
                    e.getMessage(),
                    "Mend the line; until then a start fails, and a running node keeps what it had."));
        }
    }

    /** On a running node a port that is taken shows among its components. */
    static List<Finding> port(Patient patient) {
        if (patient.isRunning()) {
            return List.of();
        }
        Map<String, Object> settings;
        try {
            settings = read(patient);
        } catch (IllegalArgumentException e) {
            // Told by the check above.
            return List.of();
        }
        int port = (Integer) settings.get("listen.port");
        if (port == 0) {
            return List.of();
        }
        Optional<String> owner = patient.machine().portOwner(String.valueOf(settings.get("listen.address")), port);
        return owner.map(name -> List.of(Finding.error(
                        "port",
                        "The port " + port + " is used by " + name + ", so a start would fail.",
                        "Stop it, or set 'listen.port' in conf/patchbay.yaml.")))
                .orElse(List.of());
    }

    private static Map<String, Object> read(Patient patient) {
        return ConfigurationCheck.read(patient.home().resolve("conf").resolve("patchbay.yaml"));
    }
}
