package io.patchbay.cli.doctor;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * What {@code data/bindings} says.
 *
 * @param adapter what serves the documents
 * @param directories the adapters by the folders of their stores, the serving one first
 */
record Bindings(String adapter, Map<String, String> directories) {
    private static final String CURRENT = "documents.";
    private static final String FOLLOWER = "documents.follower.";

    /** Empty if there is no such file: nothing is bound before the first start. */
    static Optional<Bindings> find(Path data) throws IOException {
        Path file = data.resolve("bindings");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(file)));
        Map<String, String> directories = new LinkedHashMap<>();
        for (String prefix : new String[] {CURRENT, FOLLOWER}) {
            String directory = properties.getProperty(prefix + "directory", "").strip();
            if (!directory.isEmpty()) {
                directories.put(
                        directory,
                        properties.getProperty(prefix + "adapter", "").strip());
            }
        }
        return Optional.of(
                new Bindings(properties.getProperty(CURRENT + "adapter", "").strip(), directories));
    }
}
