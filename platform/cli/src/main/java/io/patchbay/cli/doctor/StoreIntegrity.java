package io.patchbay.cli.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Reads SQLite files through ({@code PRAGMA quick_check}) with the node's own driver: always on a stopped home, on a running node only if asked, as it reads all that is there.
 *
 * <p>The file is opened read only, from this process, which is not the node's.
 */
final class StoreIntegrity implements Check {
    private static final String CHECK = "store";
    private static final byte[] HEADER = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final int SHOWN = 3;

    private final boolean always;

    StoreIntegrity(boolean always) {
        this.always = always;
    }

    @Override
    public List<Finding> examine(Patient patient) throws Exception {
        if (patient.isRunning() && !always) {
            return List.of();
        }
        Optional<Bindings> bindings = Bindings.find(patient.data());
        if (bindings.isEmpty()) {
            return List.of();
        }
        List<Path> files = new ArrayList<>();
        for (String directory : bindings.get().directories().keySet()) {
            files.addAll(databases(patient.data().resolve(directory)));
        }
        Optional<Path> driver = driver(patient);
        if (files.isEmpty() || driver.isEmpty()) {
            return List.of();
        }
        List<Finding> findings = new ArrayList<>();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {driver.get().toUri().toURL()})) {
            Driver sqlite = (Driver)
                    loader.loadClass("org.sqlite.JDBC").getDeclaredConstructor().newInstance();
            for (Path file : files) {
                examine(sqlite, file).ifPresent(findings::add);
            }
        }
        return findings;
    }

    private static Optional<Finding> examine(Driver sqlite, Path file) {
        Properties readOnly = new Properties();
        readOnly.setProperty("open_mode", "1");
        try (Connection connection = sqlite.connect("jdbc:sqlite:" + file, readOnly);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA quick_check(" + SHOWN + ")")) {
            List<String> faults = new ArrayList<>();
            while (rows.next()) {
                faults.add(rows.getString(1));
            }
            return faults.equals(List.of("ok"))
                    ? Optional.empty()
                    : Optional.of(broken(file, String.join("; ", faults)));
        } catch (SQLException e) {
            return Optional.of(broken(file, String.valueOf(e.getMessage())));
        }
    }

    private static Finding broken(Path file, String faults) {
        return Finding.error(
                CHECK,
                "The store " + file + " is damaged: " + faults.replace('\n', ' ') + ".",
                "Keep a copy of the folder, then restore the last backup; see whether the disk fails (its SMART values, the kernel's log).");
    }

    private static Optional<Path> driver(Patient patient) throws IOException {
        if (patient.distribution().isEmpty()) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(patient.distribution().get().resolve("bundles"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("patchbay-driver-sqlite-"))
                    .findFirst();
        }
    }

    private static List<Path> databases(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> databases = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                // What is called so is one, whatever its first bytes have become.
                if (file.toString().endsWith(".sqlite") || hasHeader(file)) {
                    databases.add(file);
                }
            }
        }
        return databases;
    }

    private static boolean hasHeader(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            return Arrays.equals(bytes.readNBytes(HEADER.length), HEADER);
        }
    }
}
