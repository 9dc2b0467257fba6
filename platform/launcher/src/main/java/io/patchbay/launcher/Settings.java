package io.patchbay.launcher;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * All that {@code conf/patchbay.yaml} may say. A new setting is one line here and one in the distribution's {@code conf/patchbay.yaml}, which a test compares.
 *
 * <p>A setting reaches the bundle whose configuration (PID) stands beside it, under its own name or the one that is given: times as Long milliseconds, sizes as Long bytes, numbers as Integer, lists as String[].
 */
final class Settings {

    /** The launcher's own section: it doesn't go to ConfigurationAdmin. */
    static final String LAUNCHER = "launcher";

    static final String LISTENERS = "io.patchbay.listeners";
    static final String HTTP = "io.patchbay.transport.http";
    static final String ENGINE = "io.patchbay.engine";
    static final String AUTH = "io.patchbay.auth";
    static final String PLUGINS = "io.patchbay.plugins";
    static final String METRICS = "io.patchbay.metrics.prometheus";

    static final String ADDRESS_NAME = "listen.address";
    static final String CERTIFICATE_NAME = "tls.certificate";
    static final String SOCKETS_NAME = "listen.tcp";
    static final String PORT_NAME = "listen.port";
    static final String LOG_LEVEL_NAME = "log.level";

    static final List<Setting> ALL = List.of(
            setting(ADDRESS_NAME, "127.0.0.1", LISTENERS, SettingReaders::address),
            setting(PORT_NAME, "7420", LISTENERS, SettingReaders.integer(0, 65535)),
            new Setting(
                    SOCKETS_NAME,
                    "[]",
                    LISTENERS,
                    SOCKETS_NAME,
                    SettingReaders::noItems,
                    Optional.of(new Setting.Items(ProtocolSocketReader.PROPERTIES, ProtocolSocketReader::read))),
            setting(CERTIFICATE_NAME, "", LISTENERS, SettingReaders::path),
            setting("tls.key", "", LISTENERS, SettingReaders::path),
            setting("tls.passwordFile", "", LISTENERS, SettingReaders::path),
            setting("tls.passwordVariable", "", LISTENERS, SettingReaders::variable),
            new Setting("http.allowedHosts", "", HTTP, "allowed.hosts", SettingReaders::hostNames),
            setting(MasterKey.FILE_NAME, MasterKey.DEFAULT_FILE, LAUNCHER, SettingReaders::path),
            setting(MasterKey.VARIABLE_NAME, "", LAUNCHER, SettingReaders::variable),
            setting(MasterKey.PASSWORD_NAME, "", LAUNCHER, SettingReaders::variable),
            setting("encryption.enabled", "true", ENGINE, SettingReaders::bool),
            setting("documents.adapter", "sqlite", ENGINE, SettingReaders::text),
            new Setting("feed.keep", "7d", ENGINE, "feed.keepMs", SettingReaders::durationMs),
            setting("feed.keepBytes", "1GiB", ENGINE, SettingReaders::bytes),
            new Setting("auth.accessTokenLifetime", "15m", AUTH, "accessTokenLifetimeMs", SettingReaders::durationMs),
            new Setting("auth.refreshTokenLifetime", "30d", AUTH, "refreshTokenLifetimeMs", SettingReaders::durationMs),
            setting("plugins.inbox", "true", PLUGINS, SettingReaders::bool),
            new Setting(
                    "plugins.probation",
                    "60s",
                    PLUGINS,
                    "plugins.probationMs",
                    SettingReaders.durationMs(Duration.ofSeconds(5), Duration.ofHours(1))),
            setting("metrics.access", "local", METRICS, SettingReaders.oneOf("local", "admins", "everyone")),
            setting(LOG_LEVEL_NAME, "info", LAUNCHER, SettingReaders.oneOf("error", "warn", "info", "debug", "trace")));

    private static final Map<String, Setting> BY_NAME = ALL.stream()
            .collect(Collectors.toMap(Setting::name, setting -> setting, (first, second) -> first, LinkedHashMap::new));

    private Settings() {}

    private static Setting setting(String name, String defaultText, String pid, Function<String, Object> reader) {
        return new Setting(name, defaultText, pid, name, reader);
    }

    static Optional<Setting> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** Whether {@code name} is a section, such as {@code listen}. */
    static boolean isSection(String name) {
        return ALL.stream().anyMatch(setting -> setting.name().startsWith(name + "."));
    }

    /** The known name that {@code name} was most likely meant to be. */
    static String nearest(String name) {
        String best = ALL.get(0).name();
        for (Setting setting : ALL) {
            if (distance(name, setting.name()) < distance(name, best)) {
                best = setting.name();
            }
        }
        return best;
    }

    /** Levenshtein's distance: how many letters to insert, delete or replace. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
