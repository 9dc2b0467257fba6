package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The list of plugins that shall be there, in the file {@code data/plugins/wanted}: the one truth on them, from which all else (the framework's cache too) is made again.
 *
 * <p>A change of it is the moment at which an install, update or uninstall has happened. Not thread-safe: the manager's lock guards it.
 */
final class WantedPlugins {
    private static final String HEADER = "patchbay-plugins 1";

    private final Path file;
    private volatile Map<String, WantedPlugin> byName = Map.of();

    WantedPlugins(Path file) {
        this.file = file;
    }

    /** @throws PatchbayException UNAVAILABLE if the file can't be read; then nothing may be changed, for what it says would be lost */
    void read() {
        try {
            byName = Files.exists(file) ? parse(Files.readAllLines(file)) : Map.of();
        } catch (IOException | IllegalArgumentException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE,
                    "The list of plugins %s can't be read (%s); put a good copy there and restart."
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    private static Map<String, WantedPlugin> parse(List<String> lines) {
        if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
            throw new IllegalArgumentException("its first line is not \"" + HEADER + "\"");
        }
        Map<String, WantedPlugin> read = new TreeMap<>();
        lines.stream()
                .skip(1)
                .filter(line -> !line.isBlank())
                .map(WantedPlugin::parse)
                .forEach(plugin -> read.put(plugin.name(), plugin));
        return Map.copyOf(read);
    }

    Optional<WantedPlugin> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** By name. */
    List<WantedPlugin> list() {
        return List.copyOf(new TreeMap<>(byName).values());
    }

    /** Ends the probation of this version, unless another has taken its place. */
    synchronized void prove(String name, String digest) {
        find(name)
                .filter(plugin -> plugin.onTrial() && plugin.digest().equals(digest))
                .ifPresent(plugin -> put(plugin.proved()));
    }

    /** Notes what the node did to it by itself, and why. */
    synchronized void remark(String name, String sentence) {
        find(name).ifPresent(plugin -> put(plugin.remarked(sentence)));
    }

    synchronized void put(WantedPlugin plugin) {
        Map<String, WantedPlugin> next = new TreeMap<>(byName);
        next.put(plugin.name(), plugin);
        write(next);
    }

    synchronized void remove(String name) {
        Map<String, WantedPlugin> next = new TreeMap<>(byName);
        next.remove(name);
        write(next);
    }

    private void write(Map<String, WantedPlugin> next) {
        List<String> lines = new ArrayList<>();
        lines.add(HEADER);
        next.values().forEach(plugin -> lines.add(plugin.toLine()));
        try {
            DurableFile.replace(file, lines);
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE,
                    "The list of plugins %s can't be written: %s.".formatted(file, e.getMessage()),
                    e);
        }
        byName = Map.copyOf(next);
    }

    /** Digests of the jars that must be kept. */
    Set<String> digests() {
        Set<String> digests = new LinkedHashSet<>();
        for (WantedPlugin plugin : byName.values()) {
            digests.add(plugin.digest());
            plugin.previous().ifPresent(previous -> digests.add(previous.digest()));
        }
        return digests;
    }
}
