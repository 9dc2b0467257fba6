package io.patchbay.launcher;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One property of {@code conf/patchbay.yaml}.
 *
 * @param name its dotted path in the file
 * @param defaultText what holds when the file doesn't name it
 * @param pid the configuration (of OSGi's ConfigurationAdmin) that carries it, or the launcher's own
 * @param key its key there: its name, unless the bundle knows it by another
 * @param reader text to value; throws IllegalArgumentException with "must be ..." if the text is none
 * @param items what it is a list of, if it is a list of small sections
 */
record Setting(
        String name,
        String defaultText,
        String pid,
        String key,
        Function<String, Object> reader,
        Optional<Items> items) {

    Setting(String name, String defaultText, String pid, String key, Function<String, Object> reader) {
        this(name, defaultText, pid, key, reader, Optional.empty());
    }

    /**
     * The items of a list.
     *
     * @param properties that an item may have
     * @param reader an item, property by property, to its value; throws IllegalArgumentException as {@link Setting#reader}
     */
    record Items(List<String> properties, Function<Map<String, String>, String> reader) {}

    Object defaultValue() {
        return reader.apply(defaultText);
    }
}
