package io.patchbay.engine.auth;

import io.patchbay.api.document.Document;
import io.patchbay.api.document.Value;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Optional;

/**
 * A login and what descends from it, as its document keeps it; the login lasts as long as the document.
 *
 * @param generation of the account when it logged in
 * @param expiresAt absolute: no refresh moves it
 * @param current hash of the refresh token that works
 * @param parent hash of the one before it
 * @param rotatedAt when the current token was handed out
 */
record Family(
        String id,
        String account,
        long generation,
        Instant expiresAt,
        String current,
        Optional<String> parent,
        Instant rotatedAt,
        long revision) {
    static final String EXPIRES_AT = "expiresAt";
    static final String ACCOUNT = "account";

    private static final String GENERATION = "generation";
    private static final String CURRENT = "current";
    private static final String PARENT = "parent";
    private static final String ROTATED_AT = "rotatedAt";

    static Family of(Document document) {
        Value.Struct data = document.data();
        return new Family(
                document.id(),
                data.findText(ACCOUNT).orElse(""),
                data.findInt(GENERATION).orElse(-1L),
                Instant.ofEpochMilli(data.findInt(EXPIRES_AT).orElse(0L)),
                data.findText(CURRENT).orElse(""),
                data.findText(PARENT),
                Instant.ofEpochMilli(data.findInt(ROTATED_AT).orElse(0L)),
                document.revision());
    }

    Value.Struct data() {
        Value.Struct data = Value.struct(
                ACCOUNT, Value.of(account),
                GENERATION, Value.of(generation),
                EXPIRES_AT, Value.of(expiresAt.toEpochMilli()),
                CURRENT, Value.of(current),
                ROTATED_AT, Value.of(rotatedAt.toEpochMilli()));
        return parent.map(hash -> data.with(PARENT, Value.of(hash))).orElse(data);
    }

    /** After {@code current} was traded for {@code child}. */
    Family rotated(RefreshToken child, Instant now) {
        return new Family(id, account, generation, expiresAt, child.hash(), Optional.of(current), now, revision);
    }

    boolean isCurrent(RefreshToken token) {
        return same(current, token.hash());
    }

    boolean isParent(RefreshToken token) {
        return parent.filter(hash -> same(hash, token.hash())).isPresent();
    }

    /** Whether it is a login of this account as it is now. */
    boolean isOf(AccountRecord record) {
        return account.equals(record.account().id())
                && generation == record.generation()
                && !record.account().disabled();
    }

    boolean isOver(Instant now) {
        return !now.isBefore(expiresAt);
    }

    private static boolean same(String hash, String other) {
        return MessageDigest.isEqual(
                hash.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }
}
