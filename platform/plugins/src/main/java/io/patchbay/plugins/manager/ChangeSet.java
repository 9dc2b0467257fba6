package io.patchbay.plugins.manager;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes several changes of plugins one: the list as it was before the first of them is kept, in the file {@code data/plugins/wanted.before}, until the last is done. A node that goes down in
 * between has, at its next start, the list as it was before; unless it runs from the distribution that the changes lead to, for then they have happened.
 */
public final class ChangeSet {
    private final Path wanted;
    private final Path before;

    /** @param folder {@code data/plugins} of the home */
    public ChangeSet(Path folder) {
        this.wanted = folder.resolve("wanted");
        this.before = folder.resolve("wanted.before");
    }

    /** @param target the name of the distribution's folder that the changes lead to */
    public void begin(String target) throws IOException {
        List<String> lines = new ArrayList<>(List.of(target));
        if (Files.exists(wanted)) {
            lines.addAll(Files.readAllLines(wanted));
        }
        DurableFile.replace(before, lines);
    }

    /** All are done, or all are undone. */
    public void end() throws IOException {
        DurableFile.delete(before);
    }

    /**
     * At a start, before the list is read; returns a sentence if changes were undone.
     *
     * @param running the name of the folder of the distribution that runs
     */
    Optional<String> settle(String running) throws IOException {
        if (!Files.exists(before)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(before);
        boolean happened = !lines.isEmpty() && lines.get(0).equals(running);
        if (!happened) {
            List<String> list = lines.isEmpty() ? List.of() : lines.subList(1, lines.size());
            if (list.isEmpty()) {
                DurableFile.delete(wanted);
            } else {
                DurableFile.replace(wanted, list);
            }
        }
        end();
        return happened
                ? Optional.empty()
                : Optional.of("The node went down during an upgrade, whose changes of plugins are undone.");
    }
}
