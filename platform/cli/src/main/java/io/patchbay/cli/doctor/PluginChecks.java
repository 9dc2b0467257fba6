package io.patchbay.cli.doctor;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Plugins and the parts of a running node. */
final class PluginChecks {
    private static final int NAME_COLUMN = 0;
    private static final int DIGEST_COLUMN = 2;
    private static final int COLUMNS = 7;

    private PluginChecks() {}

    /** The jars of the plugins that shall be there, by plugin; relative to {@code data/plugins}. */
    static Map<String, Path> wanted(Patient patient) throws IOException {
        Path list = patient.data().resolve("plugins").resolve("wanted");
        Map<String, Path> jars = new LinkedHashMap<>();
        if (Files.exists(list)) {
            for (String line : Files.readAllLines(list)) {
                String[] columns = line.split(" ", -1);
                if (columns.length >= COLUMNS) {
                    jars.put(columns[NAME_COLUMN], Path.of(columns[DIGEST_COLUMN] + ".jar"));
                }
            }
        }
        return jars;
    }

    static List<Finding> plugins(Patient patient) throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (Value.Struct plugin : patient.plugins()) {
            String name = plugin.findText("name").orElse("?");
            String state = plugin.findText("state").orElse("active");
            if (state.equals("stopped")) {
                findings.add(Finding.note(
                        "plugins",
                        "The plugin " + name + " is stopped.",
                        "'patchbay plugin start " + name + "' lets it run again."));
            } else if (!state.equals("active")) {
                findings.add(Finding.error(
                        "plugins",
                        "The plugin " + name + " is " + state
                                + plugin.findText("fault")
                                        .map(fault -> ": " + fault)
                                        .orElse("."),
                        "Update it, or 'patchbay plugin rollback " + name + "', or uninstall it."));
            }
            plugin.findText("receipt")
                    .filter(receipt -> receipt.contains("pending"))
                    .ifPresent(receipt -> findings.add(Finding.note(
                            "plugins",
                            "Of the plugin " + name + " something old is still held: " + receipt + ".",
                            "It goes by itself as a rule; if it is still so tomorrow, 'patchbay plugin info " + name
                                    + "' says by what.")));
        }
        Path folder = patient.data().resolve("plugins");
        wanted(patient).forEach((name, jar) -> {
            if (!Files.isRegularFile(folder.resolve(jar))) {
                findings.add(Finding.error(
                        "plugins",
                        "The jar of the plugin " + name + ", data/plugins/" + jar
                                + ", is not there, so the plugin can't start.",
                        "Put the jar into the folder plugins again, or uninstall the plugin."));
            }
        });
        return findings;
    }

    /** What the parts of a running node say of themselves. */
    static List<Finding> components(Patient patient) {
        List<Finding> findings = new ArrayList<>();
        patient.status().ifPresent(status -> {
            if (!status.findText("state").filter("ready"::equals).isPresent()) {
                findings.add(Finding.error(
                        "components",
                        "The node runs, but is not ready yet.",
                        "If it stays so, its log names what is missing (logs/patchbay.log)."));
            }
            look(status.fields().get("components"), findings);
        });
        return findings;
    }

    private static void look(@org.jspecify.annotations.Nullable Value components, List<Finding> findings) {
        if (!(components instanceof Value.Array array)) {
            return;
        }
        for (Value item : array.items()) {
            if (item instanceof Value.Struct component) {
                String path = component.findText("path").orElse("?");
                if (component.fields().get("facts") instanceof Value.Struct facts
                        // A store's fault is told by the check of the bindings.
                        && !path.equals("engine/store")) {
                    facts.findText("fault")
                            .or(() -> facts.findText("problem"))
                            .ifPresent(fault -> findings.add(Finding.error(
                                    "components",
                                    "The component " + path + " says: " + fault,
                                    "Mend what it names; 'patchbay status --tree' shows whether it goes on.")));
                }
                look(component.fields().get("parts"), findings);
            }
        }
    }
}
