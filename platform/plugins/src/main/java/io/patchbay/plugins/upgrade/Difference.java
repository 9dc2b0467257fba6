package io.patchbay.plugins.upgrade;

import io.patchbay.plugins.switchboard.CoreLevels;
import io.patchbay.plugins.upgrade.DistributionFiles.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How one distribution differs from another, in what runs.
 *
 * @param swaps core bundles that change or come, which needs no restart
 * @param restarts why the node has to restart, a sentence for each part of the platform
 */
record Difference(List<Part> swaps, List<String> restarts) {
    Difference {
        swaps = List.copyOf(swaps);
        restarts = List.copyOf(restarts);
    }

    static Difference between(DistributionFiles from, DistributionFiles to) {
        List<Part> swaps = new ArrayList<>();
        List<String> restarts = new ArrayList<>();
        restarts.addAll(libraries(from.libraries(), to.libraries()));
        for (Part part : to.bundles()) {
            Optional<Part> before = from.find(part.name());
            boolean same = before.filter(
                            old -> old.fingerprint().equals(part.fingerprint()) && old.level() == part.level())
                    .isPresent();
            if (same) {
                continue;
            }
            boolean core = CoreLevels.include(part.level())
                    && before.map(old -> CoreLevels.include(old.level())).orElse(true);
            if (core) {
                swaps.add(part);
            } else {
                restarts.add("%s %s, of the platform, takes the place of %s."
                        .formatted(
                                part.name(),
                                part.version(),
                                before.map(Part::version).orElse("nothing")));
            }
        }
        for (Part part : from.bundles()) {
            if (to.find(part.name()).isEmpty()) {
                restarts.add("The bundle %s %s goes.".formatted(part.name(), part.version()));
            }
        }
        return new Difference(swaps, restarts);
    }

    private static List<String> libraries(Map<String, String> from, Map<String, String> to) {
        List<String> sentences = new ArrayList<>();
        new TreeMap<>(to).forEach((file, digest) -> {
            if (!digest.equals(from.get(file))) {
                sentences.add("The library %s %s.".formatted(file, from.containsKey(file) ? "changes" : "is new"));
            }
        });
        new TreeMap<>(from)
                .keySet().stream()
                        .filter(file -> !to.containsKey(file))
                        .forEach(file -> sentences.add("The library %s goes.".formatted(file)));
        return sentences;
    }

    boolean needsRestart() {
        return !restarts.isEmpty();
    }

    boolean isNone() {
        return swaps.isEmpty() && restarts.isEmpty();
    }
}
