package io.patchbay.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What a configuration file says, for tools beside the node. */
public final class ConfigurationCheck {
    private ConfigurationCheck() {}

    /**
     * Every setting by its name, with the defaults where the file says nothing or is not there.
     *
     * @throws IllegalArgumentException names the first mistake and its line: a node would refuse the file
     */
    public static Map<String, Object> read(Path file) {
        if (!Files.exists(file)) {
            return Configuration.of(Map.of()).values();
        }
        ConfigurationFile configuration = new ConfigurationFile(file);
        try {
            return configuration.parse(configuration.readText()).values();
        } catch (StartException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
