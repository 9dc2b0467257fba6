package io.patchbay.cli.doctor;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What serves the documents, and what an interrupted change of it has left. */
final class StoreChecks {
    private static final String MARK = ".unbound";

    private StoreChecks() {}

    static List<Finding> bindings(Patient patient) throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (Value.Struct store : patient.stores()) {
            store.findText("fault")
                    .ifPresent(fault -> findings.add(Finding.error(
                            "bindings",
                            "The store '" + store.findText("name").orElse("?") + "' does not serve as it should: "
                                    + fault,
                            "Mend what it names; the node tries again by itself.")));
            if (Value.FALSE.equals(store.fields().get("sealed"))) {
                String name = store.findText("name").orElse("?");
                findings.add(Finding.note(
                        "bindings",
                        "The " + name
                                + " are kept in clear: whoever gets hold of the disk or of a backup can read them.",
                        "If that is not meant: patchbay store swap " + name + " --to sqlite, then patchbay store drop "
                                + name + "."));
            }
        }
        Optional<Bindings> bindings = Bindings.find(patient.data());
        if (bindings.isEmpty()) {
            return findings;
        }
        Bindings bound = bindings.get();
        if (bound.directories().isEmpty() || bound.adapter().isEmpty()) {
            findings.add(
                    Finding.error(
                            "bindings",
                            "The file data/bindings lacks documents.adapter or documents.directory, so no store is opened.",
                            "Put the file of a backup back, or write the two lines: the adapter, and the folder below data that holds the store."));
            return findings;
        }
        if (!patient.isRunning()) {
            findings.addAll(missing(patient, bound));
        }
        return findings;
    }

    private static List<Finding> missing(Patient patient, Bindings bound) throws IOException {
        List<Finding> findings = new ArrayList<>();
        Set<String> installed = InstalledAdapters.of(patient);
        bound.directories().forEach((directory, adapter) -> {
            if (patient.distribution().isPresent() && !installed.contains(adapter)) {
                findings.add(
                        Finding.error(
                                "bindings",
                                "The folder data/" + directory + " is bound to the adapter '" + adapter
                                        + "', which no installed plugin offers (those that are there: "
                                        + (installed.isEmpty() ? "none" : String.join(", ", installed)) + ").",
                                "Install the plugin that offers '" + adapter
                                        + "' again: put its jar into the folder plugins, or start the node and 'patchbay plugin install FILE'."));
            }
            if (!Files.isDirectory(patient.data().resolve(directory))) {
                findings.add(
                        Finding.error(
                                "bindings",
                                "The folder data/" + directory
                                        + ", in which the documents are said to be, is not there.",
                                "Put it back from where it was moved to, or from a backup; a start would begin with an empty store."));
            }
        });
        return findings;
    }

    static List<Finding> leftovers(Patient patient) throws IOException {
        Set<String> bound = Bindings.find(patient.data())
                .map(bindings -> bindings.directories().keySet())
                .orElse(Set.of());
        boolean migrating = patient.stores().stream()
                .anyMatch(store ->
                        store.findText("state").filter("migrating"::equals).isPresent());
        List<Finding> findings = new ArrayList<>();
        if (migrating) {
            return findings;
        }
        try (Stream<Path> folders = Files.list(patient.data())) {
            for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
                String name = folder.getFileName().toString();
                if (bound.contains(name) || !name.startsWith("documents-")) {
                    continue;
                }
                findings.add(
                        Files.exists(folder.resolve(MARK))
                                ? Finding.note(
                                        "leftovers",
                                        "The folder " + folder + " was left by a swap that was interrupted.",
                                        "Nothing has to be done: the next start deletes it.")
                                : Finding.warning(
                                        "leftovers",
                                        "The folder " + folder
                                                + " looks like a store, but data/bindings names another.",
                                        "Find out whose it is; if nobody needs it, delete it while the node is stopped."));
            }
        }
        return findings;
    }
}
