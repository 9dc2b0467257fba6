package io.patchbay.cli.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes every check of a node. */
public final class Doctor {
    private final Map<String, Check> checks = new LinkedHashMap<>();

    /** @param quickCheck whether stores are read through even if the node runs */
    public Doctor(boolean quickCheck) {
        checks.put("java", MachineChecks::java);
        checks.put("home", HomeChecks::home);
        checks.put("permissions", HomeChecks::permissions);
        checks.put("disk", MachineChecks::disk);
        checks.put("inodes", MachineChecks::inodes);
        checks.put("file-system", MachineChecks::fileSystem);
        checks.put("open-files", MachineChecks::openFiles);
        checks.put("memory", MachineChecks::memory);
        checks.put("clock", HomeChecks::clock);
        checks.put("configuration", ConfigurationChecks::configuration);
        checks.put("port", ConfigurationChecks::port);
        checks.put("class-archive", HomeChecks::classArchive);
        checks.put("bindings", StoreChecks::bindings);
        checks.put("leftovers", StoreChecks::leftovers);
        checks.put("store", new StoreIntegrity(quickCheck));
        checks.put("plugins", PluginChecks::plugins);
        checks.put("components", PluginChecks::components);
        checks.put("log", LogCheck::log);
    }

    /** What is wrong, the heaviest first. */
    public List<Finding> examine(Patient patient) {
        List<Finding> findings = new ArrayList<>();
        checks.forEach((name, check) -> {
            try {
                findings.addAll(check.examine(patient));
            } catch (Exception e) {
                findings.add(Finding.warning(
                        name,
                        "The check could not be made: " + e + ".",
                        "See whether this user may read the home " + patient.home() + "."));
            }
        });
        findings.sort(Comparator.comparing(Finding::weight));
        return List.copyOf(findings);
    }

    /** How many things are looked at. */
    public int checks() {
        return checks.size();
    }
}
