package io.patchbay.launcher;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The values of all settings at one moment; immutable.
 *
 * @param values by the setting's name, every setting present
 */
record Configuration(Map<String, Object> values) {

    Configuration {
        values = Map.copyOf(values);
    }

    /** What the file says, with the defaults where it says nothing. */
    static Configuration of(Map<String, Object> given) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Setting setting : Settings.ALL) {
            Object value = given.get(setting.name());
            values.put(setting.name(), value == null ? setting.defaultValue() : value);
        }
        return new Configuration(values);
    }

    /** The same with the port of the command line, which outranks the file's. */
    Configuration withPort(OptionalInt port) {
        if (port.isEmpty()) {
            return this;
        }
        Map<String, Object> changed = new LinkedHashMap<>(values);
        changed.put(Settings.PORT_NAME, port.getAsInt());
        return new Configuration(changed);
    }

    String logLevel() {
        return text(Settings.LOG_LEVEL_NAME);
    }

    String text(String name) {
        return String.valueOf(values.get(name));
    }

    /** Of a list. */
    List<String> texts(String name) {
        return values.get(name) instanceof String[] many ? List.of(many) : List.of();
    }

    /** The values as the bundles get them: PID to key to value. */
    Map<String, Map<String, Object>> byPid() {
        Map<String, Map<String, Object>> byPid = new LinkedHashMap<>();
        for (Setting setting : Settings.ALL) {
            if (!setting.pid().equals(Settings.LAUNCHER)) {
                byPid.computeIfAbsent(setting.pid(), pid -> new LinkedHashMap<>())
                        .put(setting.key(), values.get(setting.name()));
            }
        }
        return byPid;
    }
}
