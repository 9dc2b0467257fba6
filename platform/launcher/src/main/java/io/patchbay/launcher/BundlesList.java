package io.patchbay.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What {@code bundles.list} says: which bundles start, in which order, and which services make the node ready.
 *
 * @param entries in the order of the file
 * @param awaited filters of the services that "ready" waits for
 */
record BundlesList(List<Entry> entries, List<Awaited> awaited) {

    /** From this start level on stand the bundles that talk to the network; {@code --offline} leaves them out. */
    static final int ONLINE_LEVEL = 50;

    private static final int HIGHEST_LEVEL = 99;

    /** A bundle: its start level, and its file in the folder {@code bundles}. */
    record Entry(int level, String file) {
        boolean online() {
            return level >= ONLINE_LEVEL;
        }
    }

    /**
     * A service without which the node isn't ready.
     *
     * @param level tells, as for bundles, whether it counts offline
     * @param filter an LDAP filter
     * @param file the bundle above it in the file, which brings the service; empty if there is none
     */
    record Awaited(int level, String filter, String file) {}

    /**
     * Reads lines of {@code LEVEL FILE} or {@code LEVEL await FILTER}; empty lines and those that start with # say nothing.
     *
     * @throws StartException names the first line that is neither
     */
    static BundlesList parse(List<String> lines) {
        List<Entry> entries = new ArrayList<>();
        List<Awaited> awaited = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.split("\\s+", 3);
            int level = level(words[0]);
            if (level > 0 && words.length == 2) {
                entries.add(new Entry(level, words[1]));
            } else if (level > 0 && words.length == 3 && words[1].equals("await")) {
                awaited.add(new Awaited(
                        level,
                        words[2],
                        entries.isEmpty() ? "" : entries.get(entries.size() - 1).file()));
            } else {
                throw new StartException("bundles.list line " + (i + 1)
                        + ": expected 'LEVEL FILE' or 'LEVEL await FILTER' with a level from 1 to " + HIGHEST_LEVEL
                        + ", not '" + line + "'.");
            }
        }
        return new BundlesList(List.copyOf(entries), List.copyOf(awaited));
    }

    /** The same without what talks to the network. */
    BundlesList offline() {
        return new BundlesList(
                entries.stream().filter(entry -> !entry.online()).toList(),
                awaited.stream()
                        .filter(service -> service.level() < ONLINE_LEVEL)
                        .toList());
    }

    /** The same without waiting for what only {@code missing} files would bring: the node is ready with what it has. */
    BundlesList withoutAwaiting(Set<String> missing) {
        return new BundlesList(
                entries,
                awaited.stream()
                        .filter(service -> !missing.contains(service.file()))
                        .toList());
    }

    private static int level(String word) {
        try {
            int level = Integer.parseInt(word);
            return level <= HIGHEST_LEVEL ? level : -1;
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }
}
