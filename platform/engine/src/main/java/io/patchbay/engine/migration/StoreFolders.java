package io.patchbay.engine.migration;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.engine.store.Binding;
import io.patchbay.engine.store.StoreBindings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of stores that are being filled or dropped. Such a folder has a file {@value #MARK}: a node that was killed meanwhile deletes it at its next start, unless the bindings say that it serves or
 * follows; the bindings decide.
 */
final class StoreFolders {
    static final String MARK = ".unbound";

    private static final Logger LOG = LoggerFactory.getLogger(StoreFolders.class);

    private final SwappableStore store;
    private final Path dataFolder;
    // Those of another kind of store are that one's to delete.
    private final Pattern own;

    StoreFolders(SwappableStore store, Path dataFolder) {
        this.store = store;
        this.dataFolder = dataFolder;
        this.own = Pattern.compile(Pattern.quote(store.name()) + "-\\d+-.*");
    }

    void mark(Binding binding) {
        Path folder = store.folderOf(binding);
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    folder.resolve(MARK),
                    "This store is being filled or dropped; it is deleted at the next start unless data/bindings names it.\n");
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The folder " + folder + " can't be written: " + e.getMessage() + ".",
                    e);
        }
    }

    void unmark(Binding binding) {
        try {
            Files.deleteIfExists(store.folderOf(binding).resolve(MARK));
        } catch (IOException e) {
            // The bindings name the folder, so the next start removes the mark and not the store.
            LOG.warn("The mark in {} can't be removed: {}", store.folderOf(binding), e.getMessage());
        }
    }

    /** Deletes a store's files. What can't be deleted now goes at the next start, as long as the mark is there. */
    void delete(Binding binding) {
        delete(store.folderOf(binding));
    }

    /** At the start: finishes what a kill interrupted. */
    void cleanUp(StoreBindings bindings) {
        Set<Path> bound = Stream.concat(Stream.of(bindings.current()), bindings.follower().stream())
                .map(store::folderOf)
                .collect(Collectors.toSet());
        for (Path folder : marked()) {
            if (bound.contains(folder)) {
                try {
                    Files.delete(folder.resolve(MARK));
                } catch (IOException e) {
                    LOG.warn("The mark in {} can't be removed: {}", folder, e.getMessage());
                }
            } else {
                LOG.info("Deleting {}, which an interrupted swap or drop left", folder);
                delete(folder);
            }
        }
    }

    private List<Path> marked() {
        try (Stream<Path> folders = Files.list(dataFolder)) {
            return folders.filter(folder -> Files.exists(folder.resolve(MARK)))
                    .filter(folder ->
                            own.matcher(folder.getFileName().toString()).matches())
                    .toList();
        } catch (IOException e) {
            LOG.warn("{} can't be listed: {}", dataFolder, e.getMessage());
            return List.of();
        }
    }

    private static void delete(Path folder) {
        Path mark = folder.resolve(MARK);
        try (Stream<Path> files = Files.walk(folder)) {
            // The mark goes last: a kill in between leaves a folder that is still known to be garbage.
            for (Path file : files.sorted(Comparator.reverseOrder())
                    .filter(file -> !file.equals(mark) && !file.equals(folder))
                    .toList()) {
                Files.delete(file);
            }
            Files.deleteIfExists(mark);
            Files.delete(folder);
        } catch (IOException e) {
            LOG.warn("{} can't be deleted yet: {}", folder, e.getMessage());
        }
    }
}
