package io.patchbay.engine.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.crypto.KeyringStatus;
import io.patchbay.api.crypto.Keys;
import io.patchbay.api.crypto.Sealer;
import io.patchbay.api.crypto.Secrets;
import io.patchbay.engine.keys.Keyring.DataKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keyring of this node's home, and what it seals by itself: a file {@code keys/NAME.sealed} each. The launcher has found the master key and seen that it is the one of {@code keys/keyring}.
 *
 * <p>One thing at a time, so that a rotation meets no writer.
 */
@Component(service = {Keys.class, Secrets.class, Sealing.class})
public final class NodeKeyring implements Keys, Secrets, Sealing {
    private static final Logger LOG = LoggerFactory.getLogger(NodeKeyring.class);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final int SECRET_BYTES = 64 << 10;
    private static final int FILE_BYTES = SECRET_BYTES + 1024;
    private static final String SEALED = ".sealed";

    private final Path folder;
    private final Path file;
    private final Path dataFolder;
    private final MasterKey master;
    private final Clock clock;
    // Guarded by this.
    private byte[] masterBytes;
    private Keyring keyring;

    /**
     * Where the master key comes from.
     *
     * @param where as a phrase
     * @param ownFile the file of the home that it stands in, which a rotation may replace
     */
    record MasterKey(byte[] bytes, String where, Optional<Path> ownFile) {}

    @Activate
    public NodeKeyring(
            BundleContext context,
            @Reference(target = "(patchbay.masterKey=true)") Map.Entry<Map<String, Object>, Supplier<byte[]>> master) {
        this(
                Path.of(context.getProperty("patchbay.home")).resolve("keys"),
                new MasterKey(
                        master.getValue().get(),
                        String.valueOf(master.getKey().get("patchbay.masterKey.where")),
                        Optional.ofNullable(master.getKey().get("patchbay.masterKey.file"))
                                .map(String::valueOf)
                                .map(Path::of)),
                Clock.systemUTC());
    }

    /** Without a node around it: the keyring in {@code folder}, made if it is not there, under a master key of 32 bytes that its caller keeps. */
    public static NodeKeyring open(Path folder, byte[] master) {
        return new NodeKeyring(folder, new MasterKey(master, "its caller", Optional.empty()), Clock.systemUTC());
    }

    NodeKeyring(Path folder, MasterKey master, Clock clock) {
        this.folder = folder;
        this.file = folder.resolve("keyring");
        this.dataFolder = folder.resolveSibling("data");
        this.master = master;
        this.clock = clock;
        this.masterBytes = master.bytes();
        this.keyring = readOrCreate();
        if (keyring.size() > 1) {
            // If the last rotation was broken off.
            sealAllAnew();
        }
    }

    private Keyring readOrCreate() {
        try {
            if (Files.exists(file)) {
                return Keyring.unwrap(Files.readString(file), masterBytes);
            }
            Files.createDirectories(folder);
            requireNothingSealed();
            Keyring fresh = Keyring.create(clock.instant().truncatedTo(ChronoUnit.SECONDS));
            PrivateFile.write(file, fresh.wrap(masterBytes).getBytes(US_ASCII));
            return fresh;
        } catch (IOException | IllegalArgumentException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "The keyring " + file + " can't be used: it " + e.getMessage() + ".", e);
        }
    }

    /** A new keyring opens nothing that an old one has sealed. */
    private void requireNothingSealed() throws IOException {
        List<Path> sealed = new ArrayList<>(storeFolders());
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(path -> path.toString().endsWith(SEALED)).forEach(sealed::add);
        }
        if (!sealed.isEmpty()) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE,
                    "The keyring " + file + " is missing, and without it nothing can be read that is sealed, such as "
                            + sealed.get(0) + ". Put it back from a backup of the home.");
        }
    }

    /** Those with a store that is sealed. */
    private List<Path> storeFolders() throws IOException {
        if (!Files.isDirectory(dataFolder)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(dataFolder)) {
            return folders.filter(store -> Files.exists(store.resolve(Segments.FILE)))
                    .toList();
        }
    }

    private void write(Keyring next, byte[] underMaster) {
        try {
            PrivateFile.write(file, next.wrap(underMaster).getBytes(US_ASCII));
        } catch (IOException e) {
            throw unwritable(file, e);
        }
        keyring = next;
        masterBytes = underMaster;
    }

    // --- secrets

    @Override
    public synchronized Optional<byte[]> find(String name) {
        Path sealed = fileOf(name);
        try {
            if (!Files.exists(sealed)) {
                return Optional.empty();
            }
            if (Files.size(sealed) > FILE_BYTES) {
                throw new PatchbayException(ErrorCode.UNAVAILABLE, "The secret " + sealed + " is too large to be one.");
            }
            return Optional.of(SealedText.open(keyring, name, Files.readAllBytes(sealed))
                    .orElseThrow(() -> new PatchbayException(
                            ErrorCode.UNAVAILABLE,
                            "The secret " + sealed + " does not open: it was changed, cut off, or sealed as another or"
                                    + " elsewhere.")));
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "The secret " + sealed + " can't be read: " + e.getMessage() + ".", e);
        }
    }

    @Override
    public synchronized byte[] findOrPut(String name, Supplier<byte[]> fresh) {
        return find(name).orElseGet(() -> {
            byte[] secret = fresh.get();
            put(name, secret);
            return secret;
        });
    }

    @Override
    public synchronized void put(String name, byte[] secret) {
        if (secret.length > SECRET_BYTES) {
            throw new PatchbayException(ErrorCode.TOO_LARGE, "A secret takes at most " + SECRET_BYTES + " bytes.");
        }
        Path sealed = fileOf(name);
        try {
            PrivateFile.write(sealed, SealedText.seal(keyring.primary(), name, secret));
        } catch (IOException e) {
            throw unwritable(sealed, e);
        }
    }

    @Override
    public synchronized void delete(String name) {
        Path sealed = fileOf(name);
        try {
            Files.deleteIfExists(sealed);
        } catch (IOException e) {
            throw unwritable(sealed, e);
        }
    }

    @Override
    public synchronized Set<String> names(String prefix) {
        try (Stream<Path> files = Files.list(folder)) {
            Set<String> names = new TreeSet<>();
            files.map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> name.startsWith(prefix) && name.endsWith(SEALED))
                    .map(name -> name.substring(0, name.length() - SEALED.length()))
                    .filter(name -> NAME.matcher(name).matches())
                    .forEach(names::add);
            return names;
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "The folder " + folder + " can't be read: " + e.getMessage() + ".", e);
        }
    }

    private Path fileOf(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new PatchbayException(
                    ErrorCode.BAD_REQUEST,
                    "A secret's name has 1 to 100 letters, digits, '-', '_' and '.', and begins with a letter or a digit.");
        }
        return folder.resolve(name + SEALED);
    }

    private static PatchbayException unwritable(Path what, IOException e) {
        return new PatchbayException(ErrorCode.UNAVAILABLE, what + " can't be written: " + e.getMessage() + ".", e);
    }

    // --- stores

    @Override
    public Sealer openSealer(Path storeFolder) {
        return StoreSealer.open(storeFolder, this::findKey, this::primaryKey);
    }

    @Override
    public boolean isOutdated(Path storeFolder) {
        return !Set.of(primaryKey().number()).containsAll(dataKeysOf(storeFolder));
    }

    private static Set<Integer> dataKeysOf(Path storeFolder) {
        try {
            return Segments.dataKeysOf(storeFolder);
        } catch (IOException | IllegalArgumentException e) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE,
                    "The file " + storeFolder.resolve(Segments.FILE) + " can't be used: it " + e.getMessage() + ".",
                    e);
        }
    }

    @Override
    public synchronized void forgetUnusedKeys() {
        if (keyring.size() == 1) {
            return;
        }
        Set<Integer> needed = new TreeSet<>();
        try {
            storeFolders().forEach(store -> needed.addAll(dataKeysOf(store)));
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "The folder " + dataFolder + " can't be read: " + e.getMessage() + ".", e);
        }
        Keyring left = keyring.withNeeded(needed);
        if (left.size() < keyring.size()) {
            write(left, masterBytes);
            LOG.info(
                    "The keyring has {} data keys; the newest is {}.",
                    left.size(),
                    left.primary().number());
        }
    }

    private synchronized Optional<DataKey> findKey(int number) {
        return keyring.find(number);
    }

    private synchronized DataKey primaryKey() {
        return keyring.primary();
    }

    // --- keys

    @Override
    public synchronized KeyringStatus status() {
        DataKey primary = keyring.primary();
        return new KeyringStatus(
                master.where(),
                Keyring.masterId(masterBytes),
                primary.number(),
                primary.madeAt(),
                keyring.size(),
                names("").size());
    }

    @Override
    public synchronized String rotateMaster(Optional<Path> next) {
        if (next.isPresent()) {
            byte[] given = readMaster(next.get());
            if (Keyring.masterId(given).equals(Keyring.masterId(masterBytes))) {
                throw new PatchbayException(ErrorCode.CONFLICT, "That is the master key already.");
            }
            write(keyring, given);
            LOG.warn("The keyring is wrapped by another master key: give it to the node before its next start.");
            return Keyring.masterId(given);
        }
        Path own = master.ownFile()
                .orElseThrow(
                        () -> new PatchbayException(
                                ErrorCode.BAD_REQUEST,
                                "The master key comes from " + master.where()
                                        + ": make a new one, give its file with --to, then put it there before the next start."));
        byte[] fresh = Keyring.random(Aead.KEY_BYTES);
        // Beside the old one until the keyring is under it: whichever the keyring names is there.
        Path beside = own.resolveSibling(own.getFileName() + ".next");
        try {
            PrivateFile.write(beside, (HexFormat.of().formatHex(fresh) + "\n").getBytes(US_ASCII));
            write(keyring, fresh);
            PrivateFile.move(beside, own);
        } catch (IOException e) {
            throw unwritable(own, e);
        }
        LOG.info("The keyring has a new master key, {}.", Keyring.masterId(fresh));
        return Keyring.masterId(fresh);
    }

    private static byte[] readMaster(Path given) {
        try {
            if (PrivateFile.isOpenToOthers(given)) {
                throw new PatchbayException(
                        ErrorCode.BAD_REQUEST, "Others may read " + given + ": 'chmod 600' it first.");
            }
            byte[] key = HexFormat.of().parseHex(Files.readString(given).strip());
            if (key.length == Aead.KEY_BYTES) {
                return key;
            }
        } catch (IOException e) {
            throw new PatchbayException(ErrorCode.BAD_REQUEST, given + " can't be read: " + e.getMessage() + ".", e);
        } catch (IllegalArgumentException e) {
            // Told below, as is a key of another length.
        }
        throw new PatchbayException(
                ErrorCode.BAD_REQUEST, given + " is no master key: that is a line of 64 hexadecimal digits.");
    }

    @Override
    public synchronized int rotateData() {
        write(keyring.withNewKey(clock.instant().truncatedTo(ChronoUnit.SECONDS)), masterBytes);
        return sealAllAnew();
    }

    private int sealAllAnew() {
        int sealed = 0;
        for (String name : names("")) {
            Optional<byte[]> secret = isOutdated(name) ? openable(name) : Optional.empty();
            if (secret.isPresent()) {
                put(name, secret.get());
                sealed++;
            }
        }
        if (sealed > 0) {
            LOG.info(
                    "{} secrets are sealed by the data key {}.",
                    sealed,
                    keyring.primary().number());
        }
        forgetUnusedKeys();
        return sealed;
    }

    private boolean isOutdated(String name) {
        Path secret = fileOf(name);
        try {
            return SealedText.keyNumber(Files.readAllBytes(secret))
                    != keyring.primary().number();
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "The secret " + secret + " can't be read: " + e.getMessage() + ".", e);
        }
    }

    /** What does not open is nobody's any more, with the old keys or without. */
    private Optional<byte[]> openable(String name) {
        try {
            return find(name);
        } catch (PatchbayException e) {
            LOG.warn("{} It is left as it is.", e.getMessage());
            return Optional.empty();
        }
    }
}
