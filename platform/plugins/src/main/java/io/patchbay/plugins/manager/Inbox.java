package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.plugin.Plugins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder into which a jar is dropped to be installed. It is emptied: what succeeded goes, what failed moves to {@code failed/} with a text file that says why.
 *
 * <p>Polled, because file events are unreliable on the file systems that people mount. A file is taken once two looks in a row find it unchanged; one that isn't a whole zip may still
 * be on its way and gets {@link #COPY_PAUSE} more. Used by the keeper's thread only.
 */
final class Inbox {
    static final Duration COPY_PAUSE = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

    private final Path folder;
    private final Plugins plugins;
    private final Clock clock;
    private Map<Path, Look> lastLooks = Map.of();

    Inbox(Path folder, Plugins plugins, Clock clock) {
        this.folder = folder;
        this.plugins = plugins;
        this.clock = clock;
    }

    private record Look(long bytes, Instant modified) {}

    void poll() {
        Map<Path, Look> looks = new HashMap<>();
        for (Path jar : listJars()) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(jar, BasicFileAttributes.class);
                Look look = new Look(
                        attributes.size(), attributes.lastModifiedTime().toInstant());
                if (!look.equals(lastLooks.get(jar)) || isOnItsWay(jar, look) || !install(jar)) {
                    looks.put(jar, look);
                }
            } catch (IOException e) {
                LOG.debug("{} went while it was looked at.", jar, e);
            }
        }
        lastLooks = looks;
    }

    private List<Path> listJars() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".jar"))
                    .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private boolean isOnItsWay(Path jar, Look look) {
        if (clock.instant().isAfter(look.modified.plus(COPY_PAUSE))) {
            return false;
        }
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            return zip.size() == 0;
        } catch (IOException e) {
            return true;
        }
    }

    /** False if it must be tried again. */
    private boolean install(Path jar) {
        try {
            Plan plan = plugins.planInstall(jar);
            Job job = plugins.execute(plan);
            job.ended().toCompletableFuture().join();
            if (job.failure().isPresent()) {
                throw job.failure().get();
            }
            LOG.info("{} of the inbox: {}", jar.getFileName(), job.result().orElse("done"));
            Files.deleteIfExists(jar);
            return true;
        } catch (PatchbayException e) {
            return settle(jar, e);
        } catch (IOException e) {
            LOG.warn("{} is installed but can't be deleted from the inbox: {}", jar, e.getMessage());
            return true;
        }
    }

    private boolean settle(Path jar, PatchbayException failure) {
        if (failure.code() == ErrorCode.ALREADY_EXISTS) {
            LOG.info("{} of the inbox: {}", jar.getFileName(), failure.getMessage());
            return delete(jar);
        }
        if (failure.code().retryable() || failure.code() == ErrorCode.PLAN_OUTDATED) {
            LOG.debug("{} of the inbox is tried again: {}", jar.getFileName(), failure.getMessage());
            return false;
        }
        reject(jar, failure.code() + ": " + failure.getMessage());
        return true;
    }

    private static boolean delete(Path jar) {
        try {
            Files.deleteIfExists(jar);
        } catch (IOException e) {
            LOG.warn("{} can't be deleted from the inbox: {}", jar, e.getMessage());
        }
        return true;
    }

    /** Puts a jar of the inbox aside; does nothing if it isn't there. */
    void reject(String fileName, String reason) {
        Path jar = folder.resolve(fileName).normalize();
        if (folder.equals(jar.getParent()) && Files.isRegularFile(jar, LinkOption.NOFOLLOW_LINKS)) {
            reject(jar, reason);
        }
    }

    private void reject(Path jar, String reason) {
        LOG.error("{} of the inbox is not installed. {}", jar.getFileName(), reason);
        try {
            Path failed = Files.createDirectories(folder.resolve("failed"));
            String name = jar.getFileName().toString();
            Files.writeString(failed.resolve(name + ".txt"), clock.instant() + " " + reason + "\n");
            Files.move(jar, failed.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.error("{} can't be moved to the folder failed: {}", jar, e.getMessage());
        }
    }
}
