package io.patchbay.engine.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.engine.keys.NodeKeyring.MasterKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeKeyringTest {
    private static final byte[] SECRET = "M4RKER-of-a-secret".getBytes(UTF_8);

    @TempDir
    Path folder;

    private byte[] master = Keyring.random(Aead.KEY_BYTES);

    private NodeKeyring open() {
        return open(Optional.empty());
    }

    private NodeKeyring open(Optional<Path> ownFile) {
        return new NodeKeyring(folder, new MasterKey(master, "the test", ownFile), Clock.systemUTC());
    }

    private static void assertRefused(ErrorCode code, String sentence, Runnable work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(sentence);
    }

    private void flipABit(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at < 0 ? bytes.length + at : at] ^= 0x10;
        Files.write(file, bytes);
    }

    @Test
    void aMissingKeyringIsNotMadeAnewWhereSomethingIsSealed() throws IOException {
        open().put("one", SECRET);
        Path keyring = folder.resolve("keyring");
        byte[] saved = Files.readAllBytes(keyring);
        Files.delete(keyring);
        assertRefused(ErrorCode.UNAVAILABLE, "is missing", this::open);
        assertThat(keyring).doesNotExist();
        Files.write(keyring, saved);
        assertThat(open().find("one")).hasValue(SECRET);
    }

    @Test
    void secretsSurviveARestartAndAreNowhereInClear() throws IOException {
        NodeKeyring keyring = open();
        keyring.put("one", SECRET);
        assertThat(keyring.findOrPut("one", () -> new byte[1])).isEqualTo(SECRET);
        assertThat(keyring.findOrPut("two", () -> new byte[] {7})).containsExactly(7);

        NodeKeyring again = open();
        assertThat(again.find("one")).hasValue(SECRET);
        assertThat(again.find("three")).isEmpty();
        assertThat(again.names("t")).containsExactly("two");
        for (Path file : Set.of(folder.resolve("keyring"), folder.resolve("one.sealed"))) {
            assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
                    .doesNotContain("M4RKER")
                    .doesNotContain(HexFormat.of().formatHex(master));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        again.delete("one");
        again.delete("one");
        assertThat(open().find("one")).isEmpty();
    }

    @Test
    void sealingTheSameTwiceShowsNothingOfIt() throws IOException {
        NodeKeyring keyring = open();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            keyring.put("same", SECRET);
            seen.add(HexFormat.of().formatHex(Files.readAllBytes(folder.resolve("same.sealed"))));
        }
        assertThat(seen).hasSize(50);
    }

    @Test
    void whatWasChangedCutOffOrMovedIsToldAndNotOpened() throws IOException {
        NodeKeyring keyring = open();
        keyring.put("one", SECRET);
        Path file = folder.resolve("one.sealed");
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            flipABit(file, at);
            assertRefused(ErrorCode.UNAVAILABLE, "one.sealed does not open", () -> keyring.find("one"));
            Files.write(file, whole);
        }
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertRefused(ErrorCode.UNAVAILABLE, "does not open", () -> keyring.find("one"));
        }
        Files.write(folder.resolve("other.sealed"), whole);
        assertRefused(ErrorCode.UNAVAILABLE, "other.sealed does not open", () -> keyring.find("other"));
        Files.write(file, new byte[1 << 20]);
        assertRefused(ErrorCode.UNAVAILABLE, "too large", () -> keyring.find("one"));
        Files.write(file, whole);
        assertThat(keyring.find("one")).hasValue(SECRET);
    }

    @Test
    void aKeyringThatWasChangedOrIsOfAnotherMasterKeyIsRefused() throws IOException {
        open();
        Path file = folder.resolve("keyring");
        byte[] whole = Files.readAllBytes(file);
        flipABit(file, -5);
        assertRefused(ErrorCode.UNAVAILABLE, "keyring can't be used", this::open);
        Files.writeString(file, "format 2\n");
        assertRefused(ErrorCode.UNAVAILABLE, "is of a newer format", this::open);
        Files.writeString(file, "");
        assertRefused(ErrorCode.UNAVAILABLE, "has no key", this::open);
        Files.writeString(file, "key 1 now nothing\n");
        assertRefused(ErrorCode.UNAVAILABLE, "has a key before its salt", this::open);
        Files.write(file, whole);
        byte[] right = master;
        master = Keyring.random(Aead.KEY_BYTES);
        assertRefused(ErrorCode.UNAVAILABLE, "was wrapped by the master key " + Keyring.masterId(right), this::open);
    }

    @Test
    void namesThatLeadElsewhereAndSecretsThatAreTooLargeAreRefused() {
        NodeKeyring keyring = open();
        for (String name : Set.of("", "../x", "a/b", ".hidden", "a".repeat(101), "a b", "ä")) {
            assertRefused(ErrorCode.BAD_REQUEST, "A secret's name", () -> keyring.put(name, SECRET));
        }
        assertRefused(ErrorCode.TOO_LARGE, "65536", () -> keyring.put("big", new byte[65537]));
    }

    @Test
    void aNewDataKeySealsEverythingAnewAndTheOldOneIsForgotten() throws IOException {
        NodeKeyring keyring = open();
        keyring.put("one", SECRET);
        keyring.put("two", SECRET);
        byte[] before = Files.readAllBytes(folder.resolve("one.sealed"));

        assertThat(keyring.rotateData()).isEqualTo(2);

        assertThat(keyring.status().dataKey()).isEqualTo(2);
        assertThat(keyring.status().dataKeys()).isEqualTo(1);
        assertThat(open().find("two")).hasValue(SECRET);
        Files.write(folder.resolve("one.sealed"), before);
        assertRefused(ErrorCode.UNAVAILABLE, "does not open", () -> keyring.find("one"));
    }

    @Test
    void aRotationThatWasBrokenOffGoesOnAtTheNextStart() throws IOException {
        NodeKeyring keyring = open();
        keyring.put("one", SECRET);
        keyring.put("two", SECRET);
        Path file = folder.resolve("keyring");
        Keyring before = Keyring.unwrap(Files.readString(file), master);
        Keyring both = before.withNewKey(Clock.systemUTC().instant());
        for (int sealedAnew = 0; sealedAnew <= 2; sealedAnew++) {
            // As it stands when the process is killed with so many of the two sealed anew.
            PrivateFile.write(file, both.wrap(master).getBytes(UTF_8));
            for (int i = 0; i < 2; i++) {
                String name = i == 0 ? "one" : "two";
                byte[] sealed = SealedText.seal(i < sealedAnew ? both.primary() : before.primary(), name, SECRET);
                Files.write(folder.resolve(name + ".sealed"), sealed);
            }
            NodeKeyring again = open();
            assertThat(again.status().dataKeys()).isEqualTo(1);
            assertThat(again.find("one")).hasValue(SECRET);
            assertThat(again.find("two")).hasValue(SECRET);
            assertThat(SealedText.keyNumber(Files.readAllBytes(folder.resolve("two.sealed"))))
                    .isEqualTo(2);
        }
    }

    @Test
    void theMasterKeyInTheHomesOwnFileIsReplacedByANewOne() throws IOException {
        Path own = Files.createFile(
                folder.resolve("master.key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(own, HexFormat.of().formatHex(master));
        NodeKeyring keyring = open(Optional.of(own));
        keyring.put("one", SECRET);
        String before = keyring.status().masterId();

        String after = keyring.rotateMaster(Optional.empty());

        assertThat(after).isNotEqualTo(before).isEqualTo(keyring.status().masterId());
        assertRefused(ErrorCode.UNAVAILABLE, "was wrapped by the master key " + after, this::open);
        master = HexFormat.of().parseHex(Files.readString(own).strip());
        assertThat(open().find("one")).hasValue(SECRET);
        assertThat(folder.resolve("master.key.next")).doesNotExist();
    }

    @Test
    void aMasterKeyFromElsewhereIsReplacedByTheOneThatIsGiven() throws IOException {
        NodeKeyring keyring = open();
        keyring.put("one", SECRET);
        assertRefused(
                ErrorCode.BAD_REQUEST,
                "The master key comes from the test",
                () -> keyring.rotateMaster(Optional.empty()));
        Path given = folder.resolve("given");
        assertRefused(ErrorCode.BAD_REQUEST, "can't be read", () -> keyring.rotateMaster(Optional.of(given)));
        Files.writeString(given, "secret");
        Files.setPosixFilePermissions(given, PosixFilePermissions.fromString("rw-r--r--"));
        assertRefused(ErrorCode.BAD_REQUEST, "Others may read", () -> keyring.rotateMaster(Optional.of(given)));
        Files.setPosixFilePermissions(given, PosixFilePermissions.fromString("rw-------"));
        assertRefused(ErrorCode.BAD_REQUEST, "is no master key", () -> keyring.rotateMaster(Optional.of(given)));
        Files.writeString(given, HexFormat.of().formatHex(master) + "\n");
        assertRefused(
                ErrorCode.CONFLICT, "That is the master key already", () -> keyring.rotateMaster(Optional.of(given)));
        byte[] next = Keyring.random(Aead.KEY_BYTES);
        Files.writeString(given, HexFormat.of().formatHex(next) + "\n");

        assertThat(keyring.rotateMaster(Optional.of(given))).isEqualTo(Keyring.masterId(next));

        master = next;
        assertThat(open().find("one")).hasValue(SECRET);
    }
}
