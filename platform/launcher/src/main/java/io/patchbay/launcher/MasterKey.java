package io.patchbay.launcher;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.Hashtable;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/**
 * The key that the home's keyring is wrapped by: 32 bytes, from an environment variable, a PKCS#12 file, or a file of 64 hexadecimal digits, which is made at the first start.
 *
 * @param where it comes from, as a phrase
 * @param ownFile the file of the home that it stands in, if it does
 */
record MasterKey(byte[] bytes, String where, Optional<Path> ownFile) {
    static final String FILE_NAME = "encryption.masterKey";
    static final String VARIABLE_NAME = "encryption.masterKeyVariable";
    static final String PASSWORD_NAME = "encryption.passwordVariable";
    static final String DEFAULT_FILE = "keys/master.key";

    private static final int BYTES = 32;
    private static final int ID_BYTES = 8;
    private static final int FILE_BYTES_MAX = 64 << 10;
    private static final String HOLDER = "io.patchbay.engine";
    private static final String SERVICE = "patchbay.masterKey";

    /**
     * Finds the key, or makes the first one.
     *
     * @throws StartException if there is none and the home is sealed with one, or it is another than that, or others may read it
     */
    static MasterKey open(Home home, Configuration configuration, Function<String, String> environment) {
        try {
            Optional<String> sealedWith = idOfKeyring(home);
            MasterKey key = find(home, configuration, environment, sealedWith);
            if (sealedWith.isPresent() && !sealedWith.get().equals(key.id())) {
                throw new StartException("The master key of " + key.where() + " (" + key.id()
                        + ") is not the one that this home is sealed with (" + sealedWith.get()
                        + "): give the node that one, by " + FILE_NAME + " or " + VARIABLE_NAME
                        + " in conf/patchbay.yaml.");
            }
            return key;
        } catch (IOException e) {
            throw new StartException("The master key can't be read: " + Home.describe(e) + ".", e);
        }
    }

    private static MasterKey find(
            Home home, Configuration configuration, Function<String, String> environment, Optional<String> sealedWith)
            throws IOException {
        String variable = configuration.text(VARIABLE_NAME);
        if (!variable.isEmpty()) {
            String where = "the environment variable " + variable;
            String text = Optional.ofNullable(environment.apply(variable))
                    .orElseThrow(() -> new StartException("There is no master key: " + where + " is not set."));
            return new MasterKey(parse(text, where), where, Optional.empty());
        }
        Path file = home.folder().resolve(configuration.text(FILE_NAME));
        finishRotation(file, sealedWith);
        if (!Files.exists(file)) {
            if (sealedWith.isPresent() || isKeyStore(file)) {
                throw new StartException("There is no master key: " + file + " is not there"
                        + sealedWith
                                .map(
                                        id -> ", and this home is sealed with the key " + id
                                                + ". Put it back from where it was kept: without it nothing that is sealed can be read.")
                                .orElse("."));
            }
            writeFirst(file);
        }
        requirePrivate(file);
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new StartException(file + " is too large to be a master key.");
        }
        return isKeyStore(file)
                ? new MasterKey(
                        fromKeyStore(file, environment.apply(configuration.text(PASSWORD_NAME))),
                        file.toString(),
                        Optional.empty())
                : new MasterKey(parse(Files.readString(file), file.toString()), file.toString(), Optional.of(file));
    }

    /** What tells it from other keys, and nothing of it. */
    String id() {
        return id(bytes);
    }

    private static String id(byte[] key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update("patchbay master key id".getBytes(UTF_8));
            return HexFormat.of().formatHex(digest.digest(key), 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The key that the keyring says it is wrapped by. */
    private static Optional<String> idOfKeyring(Home home) throws IOException {
        Path keyring = home.keys().resolve("keyring");
        if (!Files.exists(keyring)) {
            requireNothingSealed(home);
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(keyring, UTF_8)) {
            return Optional.of(
                    lines.filter(line -> line.startsWith("master "))
                            .map(line -> line.substring("master ".length()).strip())
                            .findFirst()
                            .orElseThrow(
                                    () -> new StartException(
                                            "The keyring " + keyring
                                                    + " names no master key: it is damaged. Put it back from a backup; the master key alone opens nothing.")));
        }
    }

    private static void requireNothingSealed(Home home) throws IOException {
        if (!Files.isDirectory(home.keys())) {
            return;
        }
        try (Stream<Path> files = Files.list(home.keys())) {
            if (files.anyMatch(file -> file.toString().endsWith(".sealed"))) {
                throw new StartException(
                        "The keyring " + home.keys().resolve("keyring")
                                + " is missing, and without it nothing of this home that is sealed can be read. Put it back from a backup; the master key alone opens nothing.");
            }
        }
    }

    /** A node that was killed while it changed its master key has two: the keyring says which. */
    private static void finishRotation(Path file, Optional<String> sealedWith) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        if (!Files.exists(next)) {
            return;
        }
        if (sealedWith.isPresent() && sealedWith.get().equals(id(parse(Files.readString(next), next.toString())))) {
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.delete(next);
        }
    }

    private static byte[] parse(String text, String where) {
        try {
            byte[] key = HexFormat.of().parseHex(text.strip());
            if (key.length == BYTES) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // Told below, as is a key of another length.
        }
        throw new StartException("What is in " + where + " is no master key: that is a line of 64 hexadecimal digits,"
                + " such as 'openssl rand -hex 32' prints.");
    }

    private static boolean isKeyStore(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).matches(".*\\.(p12|pfx)");
    }

    private static byte[] fromKeyStore(Path file, String password) throws IOException {
        if (password == null) {
            throw new StartException(
                    "The password of " + file + " is not there: name the environment variable that holds it by "
                            + PASSWORD_NAME + " in conf/patchbay.yaml, and set it.");
        }
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, password.toCharArray());
            for (String alias : Collections.list(store.aliases())) {
                Key key = store.getKey(alias, password.toCharArray());
                if (key != null && key.getEncoded() != null && key.getEncoded().length == BYTES) {
                    return key.getEncoded();
                }
            }
        } catch (GeneralSecurityException e) {
            throw new StartException(file + " is no PKCS#12 file that can be read: " + e.getMessage() + ".", e);
        } catch (IOException e) {
            throw new StartException(file + " can't be opened: the password is wrong, or it is no PKCS#12 file.", e);
        }
        throw new StartException(file
                + " holds no secret key of 256 bits: 'keytool -genseckey -keyalg AES -keysize 256'" + " makes one.");
    }

    private static void writeFirst(Path file) throws IOException {
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        Files.createDirectories(file.getParent());
        Path draft = file.resolveSibling("." + file.getFileName() + ".draft");
        Files.deleteIfExists(draft);
        Files.createFile(draft, ownerOnly(draft));
        Files.write(draft, (HexFormat.of().formatHex(key) + "\n").getBytes(US_ASCII), StandardOpenOption.SYNC);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static FileAttribute<?>[] ownerOnly(Path file) {
        return isPosix(file)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static void requirePrivate(Path file) throws IOException {
        boolean open = isPosix(file)
                && Files.getPosixFilePermissions(file).stream()
                        .anyMatch(permission -> !permission.name().startsWith("OWNER"));
        if (open) {
            throw new StartException("Others may read the master key in " + file + ": 'chmod 600 \"" + file
                    + "\"' it, and think of who has read it.");
        }
    }

    /** For the engine alone. */
    void register(BundleContext context) {
        Hashtable<String, Object> properties = new Hashtable<>(Map.of(SERVICE, true, SERVICE + ".where", where));
        ownFile.ifPresent(file -> properties.put(SERVICE + ".file", file.toString()));
        context.registerService(Supplier.class.getName(), new ForTheEngine(bytes), properties);
    }

    private record ForTheEngine(byte[] bytes) implements ServiceFactory<Supplier<byte[]>> {
        @Override
        public Supplier<byte[]> getService(Bundle bundle, ServiceRegistration<Supplier<byte[]>> registration) {
            if (!HOLDER.equals(bundle.getSymbolicName())) {
                throw new SecurityException("The master key is the engine's alone.");
            }
            return bytes::clone;
        }

        @Override
        public void ungetService(
                Bundle bundle, ServiceRegistration<Supplier<byte[]>> registration, Supplier<byte[]> service) {
            // It stays good as long as the node runs.
        }
    }
}
