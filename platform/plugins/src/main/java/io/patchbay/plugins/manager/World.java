package io.patchbay.plugins.manager;

import io.patchbay.api.migration.StoreInfo;
import io.patchbay.plugins.switchboard.SwapGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * What a plan rests on: which plugins and bundles there are, in which version and from which jar, which adapters the stores stand on, and who offers each service. A fact by its subject, so
 * that two worlds can be compared in words, also across restarts: nothing in it depends on time or load.
 */
record World(Map<String, String> facts) {
    private static final String PLUGIN = "plugin ";
    private static final String BUNDLE = "bundle ";
    private static final String STORE = "store ";
    private static final String SERVICE = "service ";
    private static final int TOLD = 3;

    World {
        facts = new TreeMap<>(facts);
    }

    static World of(
            BundleContext context,
            PluginBundles bundles,
            WantedPlugins wanted,
            SwapGuard switchboard,
            StoresInUse stores) {
        Map<String, String> facts = new TreeMap<>();
        for (WantedPlugin plugin : wanted.list()) {
            boolean runs = bundles.find(plugin.digest())
                    .filter(PluginBundles::isRunning)
                    .isPresent();
            String state = runs ? "running" : plugin.stopped() ? "stopped" : "down";
            facts.put(PLUGIN + plugin.name(), String.join(" ", plugin.version(), state, plugin.digest()));
        }
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getSymbolicName() == null) {
                continue;
            }
            if (!PluginBundles.isPlugin(bundle)) {
                facts.merge(
                        BUNDLE + bundle.getSymbolicName(), bundle.getVersion().toString(), World::both);
            }
            NamedService.of(switchboard.namedServices(bundle))
                    .forEach(service -> facts.merge(SERVICE + service.shown(), bundle.getSymbolicName(), World::both));
        }
        for (StoreInfo store : stores.list()) {
            facts.put(
                    STORE + store.name(),
                    store.adapter()
                            + store.follower()
                                    .map(old -> ", followed by " + old)
                                    .orElse(""));
        }
        return new World(facts);
    }

    /** In an order that doesn't depend on which was installed first. */
    private static String both(String one, String other) {
        return one.compareTo(other) <= 0 ? one + ", " + other : other + ", " + one;
    }

    /** What is otherwise in {@code later}, each a part of a sentence; the plugins themselves first. */
    List<String> changes(World later) {
        List<String> changes = new ArrayList<>();
        for (String subject : List.of(PLUGIN, STORE, BUNDLE, SERVICE)) {
            if (subject.equals(SERVICE) && !changes.isEmpty()) {
                // They follow from the rest.
                break;
            }
            Map<String, String> all = new TreeMap<>(facts);
            all.putAll(later.facts);
            all.keySet().stream()
                    .filter(key -> key.startsWith(subject))
                    .filter(key -> !Objects.equals(facts.get(key), later.facts.get(key)))
                    .map(key -> change(subject, key.substring(subject.length()), facts.get(key), later.facts.get(key)))
                    .forEach(changes::add);
        }
        return changes;
    }

    /** The first of {@link #changes} in a sentence; empty text if there are none. */
    String difference(World later) {
        List<String> changes = changes(later);
        List<String> told = changes.subList(0, Math.min(TOLD, changes.size()));
        String more = changes.size() > told.size() ? ", and %d more".formatted(changes.size() - told.size()) : "";
        return told.isEmpty() ? "" : String.join(", ", told) + more + ".";
    }

    private static String change(String subject, String name, @Nullable String before, @Nullable String after) {
        return switch (subject) {
            case PLUGIN -> pluginChange(name, before, after);
            case STORE ->
                after == null
                        ? "the store %s is not there".formatted(name)
                        : "the store %s stands on %s now, not on %s"
                                .formatted(name, after, before == null ? "anything else" : before);
            case BUNDLE -> thingChange("the node's bundle " + name, before, after);
            default ->
                after == null
                        ? "%s is not offered any more".formatted(name)
                        : before == null
                                ? "%s is offered by %s now".formatted(name, after)
                                : "%s is offered by %s now, not by %s".formatted(name, after, before);
        };
    }

    private static String pluginChange(String name, @Nullable String before, @Nullable String after) {
        String[] old = before == null ? new String[0] : before.split(" ", 3);
        String[] now = after == null ? new String[0] : after.split(" ", 3);
        if (old.length < 3) {
            return "%s %s was installed meanwhile".formatted(name, now[0]);
        }
        if (now.length < 3) {
            return "%s %s was uninstalled meanwhile".formatted(name, old[0]);
        }
        if (!old[0].equals(now[0])) {
            return "%s went from %s to %s meanwhile".formatted(name, old[0], now[0]);
        }
        return old[2].equals(now[2])
                ? "%s %s is %s now, and was %s".formatted(name, now[0], now[1], old[1])
                : "%s %s was installed meanwhile from another jar".formatted(name, now[0]);
    }

    private static String thingChange(String thing, @Nullable String before, @Nullable String after) {
        return before == null
                ? "%s %s came".formatted(thing, after)
                : after == null
                        ? "%s %s went".formatted(thing, before)
                        : "%s is %s now, not %s".formatted(thing, after, before);
    }
}
