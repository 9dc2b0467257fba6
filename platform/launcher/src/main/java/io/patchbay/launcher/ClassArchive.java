package io.patchbay.launcher;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The archive of loaded classes (AppCDS) in the home's cache, which makes the next starts faster; {@code bin/patchbay} hands it to the JVM if it is there.
 *
 * <p>It is made in the background by a second, short-lived node: that one starts in an empty home of its own, becomes ready, stops, and its JVM writes the archive at its exit. The node itself would have to write it when it
 * is stopped, which would take seconds. Whatever goes wrong costs the archive and nothing else; a JVM that finds an archive made by another JVM or from other jars ignores it.
 */
final class ClassArchive implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger("class-archive");

    /** "off": none is made. "now": made without waiting. "training": this is the second node. Else it is made when the node has been ready for a while. */
    private static final String PROPERTY = "patchbay.classArchive";

    /** Clients that come back after a restart are served first. */
    private static final long WAIT_MS = 5_000;

    private static final long TRAINING_LIMIT_SECONDS = 120;

    private static final long CLOSE_LIMIT_MS = 2_000;

    private final Path archive;
    private final Path keyFile;
    private final String key;

    /** Does the work; interrupted when the node stops before it is through. */
    private final Thread maker = new Thread(this::make, "class-archive");

    private ClassArchive(Path archive, Path keyFile, String key) {
        this.archive = archive;
        this.keyFile = keyFile;
        this.key = key;
        maker.setDaemon(true);
    }

    static ClassArchive of(Home home, BundleCache bundles) {
        String name = "classes-" + Runtime.version().feature();
        String key = System.getProperty("java.vm.version") + "\n" + System.getProperty("java.home") + "\n"
                + bundles.fingerprint();
        return new ClassArchive(
                home.cache().resolve(name + ".jsa"), home.cache().resolve(name + ".key"), key);
    }

    /** True in the second node, which ends as soon as it is ready. */
    static boolean isTraining() {
        return mode().equals("training");
    }

    private static String mode() {
        return System.getProperty(PROPERTY, "");
    }

    /** Makes the archive in the background if there is none for this distribution and this JVM. */
    void makeIfMissing() {
        if (!mode().equals("off") && !isTraining()) {
            maker.start();
        }
    }

    private void make() {
        try {
            if (Files.exists(keyFile) && Files.readString(keyFile).equals(key)) {
                return;
            }
            if (!mode().equals("now")) {
                Thread.sleep(WAIT_MS);
            }
            train();
        } catch (InterruptedException stopped) {
            // The next start tries again.
        } catch (IOException | RuntimeException e) {
            log.debug("No archive of classes was made: {}", e.getMessage(), e);
        }
    }

    private void train() throws IOException, InterruptedException {
        Path made = archive.resolveSibling("classes.new");
        Files.deleteIfExists(made);
        // In the system's folder for such things, as the path of the node's socket must be short.
        Path home = Files.createTempDirectory("patchbay");
        try {
            Process process = new ProcessBuilder(command(made, home))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean ended;
            try {
                ended = process.waitFor(TRAINING_LIMIT_SECONDS, TimeUnit.SECONDS);
            } finally {
                process.destroyForcibly();
            }
            if (ended && process.exitValue() == 0 && Files.exists(made)) {
                Files.move(made, archive, StandardCopyOption.REPLACE_EXISTING);
                log.debug("The archive of classes for faster starts is made.");
            }
            // Also after a failure: it would fail again at every start.
            Files.writeString(keyFile, key);
        } finally {
            Home.deleteTree(home);
        }
    }

    private static List<String> command(Path made, Path home) {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/nice"))) {
            command.addAll(List.of("/usr/bin/nice", "-n", "10"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // The archive fits only a JVM with the same collector and the like.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-XX:") && !argument.startsWith("-XX:SharedArchiveFile"))
                .forEach(command::add);
        command.addAll(List.of(
                "-XX:ArchiveClassesAtExit=" + made,
                "-D" + PROPERTY + "=training",
                "-jar",
                System.getProperty("java.class.path"),
                "run",
                "--home",
                home.toString(),
                "--port",
                "0"));
        return command;
    }

    /** Ends the second node, if it runs, before the process ends. */
    @Override
    public void close() {
        maker.interrupt();
        try {
            maker.join(CLOSE_LIMIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
