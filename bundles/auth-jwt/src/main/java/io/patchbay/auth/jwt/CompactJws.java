package io.patchbay.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks a JWS in compact form (RFC 7515), strictly: ES256 alone, a key that is named and known, canonical Base64url, and no header beyond what this node writes, so neither keys nor
 * extensions from the token itself count.
 */
final class CompactJws {
    static final int CHARS_MAX = 4096;

    private static final Pattern PARTS = Pattern.compile("([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)\\.([A-Za-z0-9_-]+)");
    private static final Set<String> HEADER = Set.of("alg", "kid", "typ");

    private CompactJws() {}

    /** The payload if everything is right. */
    static Optional<byte[]> verify(String token, Function<String, Optional<SigningKey>> keys) {
        Matcher parts = PARTS.matcher(token);
        if (token.length() > CHARS_MAX || !parts.matches()) {
            return Optional.empty();
        }
        try {
            Base64URL header = canonical(parts.group(1));
            Base64URL payload = canonical(parts.group(2));
            Base64URL signature = canonical(parts.group(3));
            JWSHeader parsed = JWSHeader.parse(header);
            boolean ours = JWSAlgorithm.ES256.equals(parsed.getAlgorithm())
                    && parsed.getKeyID() != null
                    && HEADER.containsAll(parsed.toJSONObject().keySet());
            Optional<SigningKey> key = ours ? keys.apply(parsed.getKeyID()) : Optional.empty();
            byte[] signed = (parts.group(1) + "." + parts.group(2)).getBytes(StandardCharsets.US_ASCII);
            return key.isPresent() && key.get().verifier().verify(parsed, signed, signature)
                    ? Optional.of(payload.decode())
                    : Optional.empty();
        } catch (ParseException | JOSEException | RuntimeException e) {
            // Runtime too: the library stumbles over headers such as "null", and a stranger's bytes must never be more
            // than refused.
            return Optional.empty();
        }
    }

    /** Several texts decode to the same bytes; one of them is right. */
    private static Base64URL canonical(String text) {
        Base64URL given = new Base64URL(text);
        if (!Base64URL.encode(given.decode()).equals(given)) {
            throw new IllegalArgumentException("not canonical");
        }
        return given;
    }
}
