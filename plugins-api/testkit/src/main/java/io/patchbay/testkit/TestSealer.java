package io.patchbay.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.crypto.Sealer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A sealer for the tests of adapters: it encrypts for good, under a key that everybody knows. */
public final class TestSealer implements Sealer {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final int HEAD_BYTES = OVERHEAD_BYTES - TAG_BYTES;

    private final SecretKeySpec key;
    private final int opening;
    private final AtomicLong counter = new AtomicLong();

    private TestSealer(byte[] key, int opening) {
        this.key = new SecretKeySpec(key, "AES");
        this.opening = opening;
    }

    /** For the store in this folder, in the file {@code sealing} of which the openings are counted. */
    public static TestSealer open(Path folder) {
        Path file = folder.resolve("sealing");
        try {
            String[] lines = Files.exists(file)
                    ? Files.readString(file).split("\n")
                    : new String[] {UUID.randomUUID().toString(), "0"};
            int opening = Integer.parseInt(lines[1]) + 1;
            Files.writeString(file, lines[0] + "\n" + opening + "\n");
            return new TestSealer(MessageDigest.getInstance("SHA-256").digest(lines[0].getBytes(UTF_8)), opening);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte[] seal(byte[] context, byte[] plain) {
        byte[] head = ByteBuffer.allocate(HEAD_BYTES)
                .put((byte) 1)
                .putInt(opening)
                .putLong(counter.getAndIncrement())
                .array();
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, head, context).doFinal(plain);
            return ByteBuffer.allocate(HEAD_BYTES + sealed.length)
                    .put(head)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Optional<byte[]> open(byte[] context, byte[] sealed) {
        if (sealed.length < OVERHEAD_BYTES || sealed[0] != 1) {
            return Optional.empty();
        }
        try {
            return Optional.of(cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, HEAD_BYTES), context)
                    .doFinal(sealed, HEAD_BYTES, sealed.length - HEAD_BYTES));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Cipher cipher(int mode, byte[] head, byte[] context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        byte[] nonce = Arrays.copyOfRange(head, 1, 1 + NONCE_BYTES);
        cipher.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
        cipher.updateAAD(head);
        cipher.updateAAD(context);
        return cipher;
    }

    @Override
    public byte[] lookup(byte[] name) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return Arrays.copyOf(mac.doFinal(name), LOOKUP_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
