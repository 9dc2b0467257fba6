package io.patchbay.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads {@code conf/patchbay.yaml}, whole or not at all: the first mistake refuses the file, with its line.
 *
 * <p>The tree of YAML nodes is read directly: no object is ever constructed from the file, and each node knows its line.
 */
final class ConfigurationFile {

    /** Far above what all settings with all comments need. */
    private static final int LONGEST_CHARS = 1 << 20;

    private final Path path;

    ConfigurationFile(Path path) {
        this.path = path;
    }

    /** Copies {@code template} (the distribution's commented defaults) if there is no file yet. */
    void createIfAbsent(Path template) {
        try {
            if (!Files.exists(path)) {
                Files.copy(template, path);
            }
        } catch (IOException e) {
            throw new StartException(path + " can't be written: " + Home.describe(e) + ".", e);
        }
    }

    /** @throws StartException if it can't be read */
    String readText() {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new StartException(path + " can't be read as UTF-8 text: " + Home.describe(e) + ".", e);
        }
    }

    /** @throws StartException names the first mistake and its line */
    Configuration parse(String text) {
        if (text.length() > LONGEST_CHARS) {
            throw new StartException(path + " is larger than " + LONGEST_CHARS + " characters.");
        }
        Map<String, Object> given = new LinkedHashMap<>();
        Map<String, Node> places = new LinkedHashMap<>();
        root(text).ifPresent(root -> read("", root, given, places));
        Configuration configuration = Configuration.of(given);
        requireTls(configuration, places);
        return configuration;
    }

    /** What others can reach is never in clear. */
    private void requireTls(Configuration configuration, Map<String, Node> places) {
        if (!configuration.text(Settings.CERTIFICATE_NAME).isEmpty()) {
            return;
        }
        String address = configuration.text(Settings.ADDRESS_NAME);
        if (!SettingReaders.isLoopback(address)) {
            throw mistake(
                    places.get(Settings.ADDRESS_NAME),
                    Settings.ADDRESS_NAME + " is " + address + ", which other machines can reach, so it needs TLS: set "
                            + Settings.CERTIFICATE_NAME + ", or listen on 127.0.0.1");
        }
        for (String socket : configuration.texts(Settings.SOCKETS_NAME)) {
            if (ProtocolSocketReader.wantsTls(socket)) {
                throw mistake(
                        places.get(Settings.SOCKETS_NAME),
                        Settings.SOCKETS_NAME + " wants tls, for which " + Settings.CERTIFICATE_NAME + " must be set");
            }
        }
    }

    private Optional<Node> root(String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel("patchbay.yaml")
                .setAllowNonScalarKeys(true)
                .build();
        try {
            return new Compose(settings).composeString(text);
        } catch (MarkedYamlEngineException e) {
            String problem = e.getProblem() == null ? "not valid YAML" : e.getProblem();
            throw new StartException(
                    path + e.getProblemMark().map(ConfigurationFile::line).orElse("") + ": " + problem + ".", e);
        } catch (YamlEngineException e) {
            throw new StartException(path + ": " + e.getMessage() + ".", e);
        }
    }

    private void read(String prefix, Node node, Map<String, Object> given, Map<String, Node> places) {
        if (!(node instanceof MappingNode section)) {
            if (isNothing(node)) {
                return;
            }
            throw mistake(node, (prefix.isEmpty() ? "the file" : prefix) + " must be a section with properties in it");
        }
        Set<String> names = new HashSet<>();
        for (NodeTuple entry : section.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                throw mistake(entry.getKeyNode(), "a property's name must be plain text");
            }
            String name = prefix.isEmpty() ? key.getValue() : prefix + "." + key.getValue();
            if (!names.add(name)) {
                throw mistake(key, name + " is given twice");
            }
            places.put(name, entry.getValueNode());
            readProperty(name, key, entry.getValueNode(), given, places);
        }
    }

    private void readProperty(String name, Node key, Node value, Map<String, Object> given, Map<String, Node> places) {
        Optional<Setting> setting = Settings.find(name);
        if (setting.isEmpty()) {
            if (!Settings.isSection(name)) {
                throw mistake(key, "unknown property " + name + "; did you mean " + Settings.nearest(name) + "?");
            }
            read(name, value, given, places);
            return;
        }
        if (value instanceof SequenceNode list && setting.get().items().isPresent()) {
            given.put(name, readItems(name, list, setting.get().items().get()));
            return;
        }
        if (!(value instanceof ScalarNode scalar) || isNothing(value)) {
            throw mistake(value, name + " must have one plain value");
        }
        try {
            given.put(name, setting.get().reader().apply(scalar.getValue()));
        } catch (IllegalArgumentException e) {
            throw mistake(value, name + " " + e.getMessage() + ", not '" + scalar.getValue() + "'");
        }
    }

    private String[] readItems(String name, SequenceNode list, Setting.Items items) {
        List<String> values = new ArrayList<>();
        for (Node item : list.getValue()) {
            String where = name + "[" + values.size() + "]";
            try {
                values.add(items.reader().apply(readItem(where, item, items.properties())));
            } catch (IllegalArgumentException e) {
                throw mistake(item, where + " " + e.getMessage());
            }
        }
        return values.toArray(String[]::new);
    }

    private Map<String, String> readItem(String where, Node item, List<String> known) {
        if (!(item instanceof MappingNode section)) {
            throw mistake(item, where + " must be a section with " + String.join(", ", known));
        }
        Map<String, String> properties = new LinkedHashMap<>();
        for (NodeTuple entry : section.getValue()) {
            Node key = entry.getKeyNode();
            if (!(key instanceof ScalarNode property) || !known.contains(property.getValue())) {
                throw mistake(key, where + " may have " + String.join(", ", known) + " and nothing else");
            }
            if (!(entry.getValueNode() instanceof ScalarNode value) || isNothing(value)) {
                throw mistake(key, where + "." + property.getValue() + " must have one plain value");
            }
            if (properties.put(property.getValue(), value.getValue()) != null) {
                throw mistake(key, where + "." + property.getValue() + " is given twice");
            }
        }
        return properties;
    }

    private static boolean isNothing(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private StartException mistake(@Nullable Node node, String what) {
        String line = Optional.ofNullable(node)
                .flatMap(Node::getStartMark)
                .map(ConfigurationFile::line)
                .orElse("");
        return new StartException(path + line + ": " + what + ".");
    }

    private static String line(Mark mark) {
        return " line " + (mark.getLine() + 1);
    }
}
