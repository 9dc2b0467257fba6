package io.patchbay.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.crypto.Secrets;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The tokens themselves: identities to JWTs and back. The only class, beside the keys, that touches the JOSE library; it is loaded at first use. Any thread. */
final class JwtTokens {
    static final String ISSUER = "patchbay";

    private static final String NAME = "name";
    private static final String ROLE = "role";
    private static final String FAMILY = "fam";

    private final SigningKeys keys;
    private final Clock clock;

    JwtTokens(Secrets secrets, Clock clock) {
        this.keys = new SigningKeys(secrets, clock);
        this.clock = clock;
    }

    String issue(Identity identity, Duration lifetime) {
        if (lifetime.isNegative() || lifetime.isZero() || lifetime.compareTo(SigningKeys.TOKEN_LIFETIME_MAX) > 0) {
            throw new PatchbayException(
                    ErrorCode.VALUE_INVALID, "An access token lives for up to 24 hours, not for " + lifetime + ".");
        }
        Instant now = clock.instant();
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject(identity.id())
                .claim(NAME, identity.name())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(lifetime)))
                .jwtID(UUID.randomUUID().toString());
        identity.role().ifPresent(role -> claims.claim(ROLE, role.name().toLowerCase(Locale.ROOT)));
        identity.family().ifPresent(family -> claims.claim(FAMILY, family));
        return sign(claims.build());
    }

    Identity verify(String token) {
        byte[] payload = CompactJws.verify(token, keys::find).orElseThrow(JwtTokens::refusal);
        try {
            Map<String, Object> claims = JSONObjectUtils.parse(new String(payload, StandardCharsets.UTF_8));
            if (claims == null) {
                throw refusal();
            }
            return identity(JWTClaimsSet.parse(claims));
        } catch (ParseException | IllegalArgumentException e) {
            throw refusal();
        }
    }

    String jwks() {
        return keys.publicKeys().toString(true);
    }

    int keyCount() {
        return keys.count();
    }

    private String sign(JWTClaimsSet claims) {
        SigningKey key = keys.current();
        SignedJWT jwt = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(JOSEObjectType.JWT)
                        .keyID(key.id())
                        .build(),
                claims);
        try {
            jwt.sign(key.signer());
        } catch (JOSEException e) {
            throw new PatchbayException(ErrorCode.INTERNAL, "The access token can't be signed.", e);
        }
        return jwt.serialize();
    }

    private Identity identity(JWTClaimsSet claims) throws ParseException {
        Date expiration = claims.getExpirationTime();
        String subject = claims.getSubject();
        String name = claims.getStringClaim(NAME);
        if (!ISSUER.equals(claims.getIssuer()) || expiration == null || subject == null || name == null) {
            throw refusal();
        }
        // No leeway: the node that issued it is the node that checks it.
        if (!clock.instant().isBefore(expiration.toInstant())) {
            throw new PatchbayException(
                    ErrorCode.TOKEN_EXPIRED, "The access token has expired; get another with the refresh token.");
        }
        Optional<Role> role = Optional.ofNullable(claims.getStringClaim(ROLE))
                .map(text -> Role.valueOf(text.toUpperCase(Locale.ROOT)));
        return new Identity(
                subject,
                name,
                role,
                Optional.ofNullable(claims.getStringClaim(FAMILY)),
                Optional.of(expiration.toInstant()));
    }

    private static PatchbayException refusal() {
        return new PatchbayException(ErrorCode.UNAUTHENTICATED, "The access token is not one of this node's.");
    }
}
