package io.patchbay.cli.transfer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells the rows that were read from others, so that an import is only resumed on the file that it began with. Used by one thread. */
public final class RowDigest {
    private final MessageDigest digest;

    public RowDigest() {
        this(sha256());
    }

    private RowDigest(MessageDigest digest) {
        this.digest = digest;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    public void add(Row row) {
        if (row instanceof Row.Readable readable) {
            readable.id().ifPresent(this::add);
            digest.update((byte) 0);
            digest.update(readable.data());
        } else if (row instanceof Row.Bad bad) {
            digest.update((byte) 1);
            add(bad.why());
        }
    }

    private void add(String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
    }

    public RowDigest copy() {
        try {
            return new RowDigest((MessageDigest) digest.clone());
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("the JDK's digests can be copied", e);
        }
    }

    /** Of the rows so far; more may be added. */
    public String text() {
        return HexFormat.of().formatHex(copy().digest.digest());
    }
}
