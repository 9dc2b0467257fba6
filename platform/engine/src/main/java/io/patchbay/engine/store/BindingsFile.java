package io.patchbay.engine.store;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the file {@code data/bindings}, the only place that says which adapter serves which store, says of one store. Written whole, synced, and moved into place, so that a kill at any moment
 * leaves the old or the new. Callers of one store take turns (its slot's thread, or a migration); those of different stores may come at the same time.
 */
public final class BindingsFile {
    private static final Logger LOG = LoggerFactory.getLogger(BindingsFile.class);
    private static final String DOCUMENTS = "documents";
    private static final String HEAD =
            "# What serves which store. The node writes this file; change it only while the node is stopped.\n";

    /** Held while the file is read and written anew, for its other lines belong to other stores. */
    private static final Object WRITING = new Object();

    private final Path file;
    private final String store;

    public BindingsFile(Path dataFolder) {
        this(dataFolder, DOCUMENTS);
    }

    /** @param store its name, with which its lines begin */
    public BindingsFile(Path dataFolder, String store) {
        this.file = dataFolder.resolve("bindings");
        this.store = store;
    }

    /**
     * What the file says; empty if that was never written.
     *
     * @throws PatchbayException STORE_UNAVAILABLE if it can't be read or understood
     */
    public Optional<StoreBindings> read() {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties properties = load();
        // The documents' lines were the first that were ever written.
        if (!store.equals(DOCUMENTS)
                && properties.stringPropertyNames().stream().noneMatch(this::isOwn)) {
            return Optional.empty();
        }
        Binding current = binding(properties, store + ".")
                .orElseThrow(() -> new PatchbayException(
                        ErrorCode.STORE_UNAVAILABLE,
                        "The file " + file + " lacks " + store + ".adapter or " + store + ".directory."));
        return Optional.of(new StoreBindings(current, binding(properties, store + ".follower.")));
    }

    private boolean isOwn(String line) {
        return line.startsWith(store + ".");
    }

    private Properties load() {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(file)));
        } catch (IOException | IllegalArgumentException e) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE, "The file " + file + " can't be read: " + e.getMessage() + ".", e);
        }
        return properties;
    }

    /** Durable when it returns. */
    public void write(StoreBindings bindings) {
        synchronized (WRITING) {
            Map<String, String> lines = linesOfOthers();
            put(lines, store + ".", bindings.current());
            bindings.follower().ifPresent(follower -> put(lines, store + ".follower.", follower));
            write(lines);
        }
    }

    private Map<String, String> linesOfOthers() {
        Map<String, String> lines = new TreeMap<>();
        if (Files.exists(file)) {
            Properties all = load();
            all.stringPropertyNames().stream()
                    .filter(line -> !isOwn(line))
                    .forEach(line -> lines.put(line, all.getProperty(line)));
        }
        return lines;
    }

    private void write(Map<String, String> lines) {
        try {
            Files.createDirectories(file.getParent());
            Path next = file.resolveSibling("bindings.next");
            try (FileChannel channel = FileChannel.open(
                    next, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(HEAD + text(lines));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncFolder();
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE, "The file " + file + " can't be written: " + e.getMessage() + ".", e);
        }
    }

    private void syncFolder() {
        try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (java.nio.file.AccessDeniedException windows) {
            // Windows opens no folder; its file systems journal the move themselves.
        } catch (IOException e) {
            // The file names the new store already: a failure now must not make the caller undo what stands there.
            LOG.warn("The folder {} can't be synced: {}", file.getParent(), e.getMessage());
        }
    }

    private static Optional<Binding> binding(Properties properties, String prefix) {
        String adapter = properties.getProperty(prefix + "adapter", "").strip();
        String directory = properties.getProperty(prefix + "directory", "").strip();
        if (adapter.isEmpty() || directory.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> settings = new TreeMap<>();
        String setting = prefix + "setting.";
        for (String name : properties.stringPropertyNames()) {
            if (name.startsWith(setting)) {
                settings.put(name.substring(setting.length()), properties.getProperty(name));
            }
        }
        boolean sealed = Boolean.parseBoolean(properties.getProperty(prefix + "sealed"));
        return Optional.of(new Binding(adapter, directory, settings, sealed));
    }

    private static void put(Map<String, String> lines, String prefix, Binding binding) {
        lines.put(prefix + "adapter", binding.adapter());
        lines.put(prefix + "directory", binding.directory());
        lines.put(prefix + "sealed", Boolean.toString(binding.sealed()));
        binding.settings().forEach((name, value) -> lines.put(prefix + "setting." + name, value));
    }

    /** Lets {@link Properties} do the escaping, one line at a time, without the date it puts on top. */
    private static String text(Map<String, String> lines) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, String> line : lines.entrySet()) {
            Properties one = new Properties();
            one.setProperty(line.getKey(), line.getValue());
            StringWriter written = new StringWriter();
            one.store(written, null);
            written.toString()
                    .lines()
                    .filter(l -> !l.startsWith("#"))
                    .forEach(l -> text.append(l).append('\n'));
        }
        return text.toString();
    }
}
