package io.patchbay.launcher;

import java.util.function.Function;

/**
 * One property of {@code conf/patchbay.yaml}.
 *
 * @param name its dotted path in the file
 * @param defaultText what holds when the file doesn't name it
 * @param pid the configuration (of OSGi's ConfigurationAdmin) that carries it, or the launcher's own
 * @param key its key there: its name, unless the bundle knows it by another
 * @param reader text to value; throws IllegalArgumentException with "must be ..." if the text is none
 */
record Setting(String name, String defaultText, String pid, String key, Function<String, Object> reader) {

    Object defaultValue() {
        return reader.apply(defaultText);
    }
}
