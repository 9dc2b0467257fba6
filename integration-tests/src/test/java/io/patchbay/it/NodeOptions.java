package io.patchbay.it;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.systemPackages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.ops4j.pax.exam.Option;

/** The framework of a node, made by Pax Exam instead of the launcher: the bundles of {@code bundles.list} at their levels, in a new home, on a free port. */
final class NodeOptions {

    private static final int LAST_LEVEL = 100;

    /** What the launcher shares with the bundles, and what these tests use of their own class path. */
    private static final String[] SHARED_PACKAGES = {
        "org.slf4j;version=\"2.0.20\"",
        "org.slf4j.event;version=\"2.0.20\"",
        "org.slf4j.helpers;version=\"2.0.20\"",
        "org.slf4j.spi;version=\"2.0.20\"",
        "org.osgi.service.cm;version=\"1.6.1\"",
        "org.osgi.service.component;version=\"1.5.1\"",
        "org.osgi.service.component.runtime;version=\"1.5.1\"",
        "org.osgi.service.component.runtime.dto;version=\"1.5.1\"",
        "org.osgi.service.log;version=\"1.5.0\"",
        "org.osgi.util.function;version=\"1.2.0\"",
        "org.osgi.util.promise;version=\"1.3.0\"",
        // Pax Exam's own bundles ask for the older one, which is the same to them.
        "org.slf4j;version=\"1.7.36\"",
        "org.assertj.core.api",
        "org.awaitility",
        "org.awaitility.core",
    };

    private NodeOptions() {}

    /** @param distribution an unpacked one, which is only read */
    static Option[] of(Path distribution, Path home) throws IOException {
        List<Option> options = new ArrayList<>();
        for (String name : List.of("conf", "data", "keys", "logs", "plugins")) {
            Files.createDirectories(home.resolve(name));
        }
        for (String line : Files.readAllLines(distribution.resolve("bundles.list"))) {
            String[] words = line.strip().split("\\s+");
            if (words.length == 2 && !words[0].equals("#")) {
                Path file = distribution.resolve("bundles").resolve(words[1]);
                options.add(bundle(file.toUri().toString()).startLevel(Integer.parseInt(words[0])));
            }
        }
        options.add(frameworkStartLevel(LAST_LEVEL));
        options.add(systemPackages(SHARED_PACKAGES));
        options.add(frameworkProperty("org.osgi.framework.bsnversion").value("multiple"));
        options.add(frameworkProperty("patchbay.home").value(home.toString()));
        options.add(frameworkProperty("patchbay.version").value("0.0.0"));
        options.add(frameworkProperty("patchbay.distribution").value(distribution.toString()));
        options.add(frameworkProperty("patchbay.startedAt").value(Instant.now().toString()));
        options.add(frameworkProperty("patchbay.port").value("0"));
        options.add(junitBundles());
        return options.toArray(Option[]::new);
    }
}
