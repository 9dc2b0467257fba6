package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What change is under way and how far it is, in the file {@code data/plugins/journal}, which is there only while one is.
 *
 * <p>Each step is recorded, durably, once it is done. Since everything but the list of wanted plugins is made again at a start, recovery needs no more than that list; the journal says
 * what was interrupted, and keeps a plugin that took the node down from being tried again. Used by one change at a time.
 */
final class Journal {
    private static final String NONE = "-";
    private static final int LINES = 5;

    private final Path file;

    Journal(Path file) {
        this.file = file;
    }

    /**
     * A change that was under way.
     *
     * @param target the digest that it was to bring; empty for an uninstall
     * @param done the last step that was done; empty if none
     */
    record Entry(String kind, String plugin, Optional<String> target, String sourceFile, Optional<Step> done) {
        Entry after(Step step) {
            return new Entry(kind, plugin, target, sourceFile, Optional.of(step));
        }

        /** Whether code of the new plugin may have been running when the node went down. */
        boolean wasStarting() {
            return done.filter(step -> step == Step.INSTALL || step == Step.START)
                    .isPresent();
        }
    }

    void write(Entry entry) {
        try {
            DurableFile.replace(
                    file,
                    List.of(
                            entry.kind,
                            entry.plugin,
                            entry.target.orElse(NONE),
                            entry.done.map(Step::name).orElse(NONE),
                            entry.sourceFile.replace('\n', ' ')));
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "The journal %s can't be written: %s.".formatted(file, e.getMessage()), e);
        }
    }

    /** Empty if no change was under way, or the record can't be read (it says nothing that is needed). */
    Optional<Entry> read() {
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            List<String> lines = Files.readAllLines(file);
            if (lines.size() < LINES) {
                return Optional.empty();
            }
            return Optional.of(new Entry(
                    lines.get(0),
                    lines.get(1),
                    Optional.of(lines.get(2)).filter(target -> !target.equals(NONE)),
                    lines.get(4),
                    Optional.of(lines.get(3)).filter(step -> !step.equals(NONE)).map(Step::valueOf)));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    void end() {
        try {
            DurableFile.delete(file);
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "The journal %s can't be deleted: %s.".formatted(file, e.getMessage()), e);
        }
    }
}
