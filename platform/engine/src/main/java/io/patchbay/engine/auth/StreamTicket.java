package io.patchbay.engine.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What opens a stream of events where no header can be sent, as in a browser's {@code EventSource}: {@code family.seconds.mac}. Nothing is stored of it, so it outlives a restart, which the stream's
 * resume needs; it is of use for nothing else, so that an address that ends up in a log gives little away.
 *
 * @param expiresAt in whole seconds
 */
record StreamTicket(String family, Instant expiresAt) {
    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9_-]{22})\\.(\\d{1,12})\\.([A-Za-z0-9_-]{43})");
    private static final String MAC = "HmacSHA256";
    /** The server's key makes refresh tokens too; this makes another key of it. */
    private static final byte[] PURPOSE = "stream ticket".getBytes(StandardCharsets.US_ASCII);

    String text(byte[] serverKey) {
        String content = content();
        return content + "." + mac(content, serverKey);
    }

    /** Empty unless {@code text} was made with this key. */
    static Optional<StreamTicket> parse(String text, byte[] serverKey) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        StreamTicket ticket = new StreamTicket(form.group(1), Instant.ofEpochSecond(Long.parseLong(form.group(2))));
        String mac = mac(ticket.content(), serverKey);
        boolean ours = MessageDigest.isEqual(
                mac.getBytes(StandardCharsets.US_ASCII), form.group(3).getBytes(StandardCharsets.US_ASCII));
        return ours ? Optional.of(ticket) : Optional.empty();
    }

    private String content() {
        return family + "." + expiresAt.getEpochSecond();
    }

    private static String mac(String content, byte[] serverKey) {
        byte[] key = mac(PURPOSE, serverKey);
        byte[] mac = mac(content.getBytes(StandardCharsets.US_ASCII), key);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(mac);
    }

    private static byte[] mac(byte[] content, byte[] key) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(key, MAC));
            return mac.doFinal(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + MAC, e);
        }
    }
}
