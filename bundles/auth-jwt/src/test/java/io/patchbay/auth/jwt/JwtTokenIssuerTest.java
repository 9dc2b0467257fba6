package io.patchbay.auth.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JwtTokenIssuerTest {
    private static final Duration LIFETIME = Duration.ofMinutes(15);
    private static final Identity ANN =
            new Identity("id-1", "ann", Optional.of(Role.ADMIN), Optional.of("family-1"), Optional.empty());

    private final KeptSecrets secrets = new KeptSecrets();

    private final MovedClock clock = new MovedClock();

    @Test
    void identityComesBackUntilTheTokenEnds() {
        JwtTokenIssuer issuer = issuer();
        String token = issuer.issue(ANN, LIFETIME);

        Identity verified = issuer.verify(token);
        assertThat(verified.id()).isEqualTo("id-1");
        assertThat(verified.name()).isEqualTo("ann");
        assertThat(verified.role()).contains(Role.ADMIN);
        assertThat(verified.family()).contains("family-1");
        assertThat(verified.expiresAt()).contains(clock.instant().plus(LIFETIME));

        clock.move(LIFETIME.minusSeconds(1));
        assertThat(issuer.verify(token).id()).isEqualTo("id-1");
        clock.move(Duration.ofSeconds(1));
        assertCode(ErrorCode.TOKEN_EXPIRED, issuer, token);
    }

    @Test
    void noTwoTokensAreEqual() {
        JwtTokenIssuer issuer = issuer();

        assertThat(issuer.issue(ANN, LIFETIME)).isNotEqualTo(issuer.issue(ANN, LIFETIME));
    }

    @Test
    void keysSurviveARestart() {
        String token = issuer().issue(ANN, LIFETIME);

        assertThat(issuer().verify(token).id()).isEqualTo("id-1");
        assertThat(secrets.byName).hasSize(1);
    }

    @Test
    void keyIsReplacedAfterThirtyDaysAndGoesWhenItsTokensHaveExpired() {
        JwtTokenIssuer issuer = issuer();
        issuer.issue(ANN, LIFETIME);
        clock.move(Duration.ofDays(30).minusMinutes(1));
        String last = issuer.issue(ANN, Duration.ofHours(24));
        clock.move(Duration.ofMinutes(1));
        issuer.issue(ANN, LIFETIME);

        assertThat(keysIn(issuer.jwks())).hasSize(2);
        assertThat(issuer.verify(last).id()).isEqualTo("id-1");

        clock.move(Duration.ofHours(24).plusSeconds(1));
        issuer.issue(ANN, LIFETIME);
        assertThat(keysIn(issuer.jwks())).hasSize(1);
        assertThat(secrets.byName).hasSize(1);
    }

    @Test
    void keyThatAnotherVersionMadeIsFound() {
        JwtTokenIssuer old = issuer();
        old.issue(ANN, LIFETIME);
        JwtTokenIssuer next = issuer();
        next.issue(ANN, LIFETIME);
        clock.move(SigningKeys.ROTATION);
        String token = old.issue(ANN, LIFETIME);

        assertThat(next.verify(token).id()).isEqualTo("id-1");
    }

    @Test
    void jwksHoldsNoSecret() {
        JwtTokenIssuer issuer = issuer();

        Value.Struct key = keysIn(issuer.jwks()).get(0);
        assertThat(key.fields())
                .containsKeys("kty", "crv", "x", "y", "kid", "use", "alg")
                .doesNotContainKey("d");
    }

    @Test
    void hostileTokensAreRefused() throws Exception {
        JwtTokenIssuer issuer = issuer();
        String token = issuer.issue(ANN, LIFETIME);
        String[] parts = token.split("\\.");
        String kid = keysIn(issuer.jwks()).get(0).findText("kid").orElseThrow();
        String payload = new Base64URL(parts[1]).decodeToString();
        ECKey stranger = new ECKeyGenerator(Curve.P_256).keyID(kid).generate();
        byte[] publicBytes = issuer.jwks().getBytes(StandardCharsets.UTF_8);

        Map<String, String> hostile = new java.util.LinkedHashMap<>();
        hostile.put("empty", "");
        hostile.put("no token", "Bearer");
        hostile.put("dots", "..");
        hostile.put("no signature", parts[0] + "." + parts[1] + ".");
        hostile.put("no signature part", parts[0] + "." + parts[1]);
        hostile.put("a fourth part", token + ".x");
        hostile.put("white space", token + " ");
        hostile.put("padding", token + "=");
        hostile.put(
                "standard base64",
                parts[0] + "." + parts[1] + "." + parts[2].replace('-', '+').replace('_', '/') + "+");
        hostile.put("another last bit", parts[0] + "." + parts[1] + "." + lastBitTurned(parts[2]));
        hostile.put("other payload", parts[0] + "." + Base64URL.encode(payload.replace("ann", "eve")) + "." + parts[2]);
        for (String header : List.of(
                "null", "[]", "7", "{", "{}", "{\"alg\":null}", "{\"alg\":7}", "{\"alg\":\"ES256\",\"kid\":[]}")) {
            hostile.put("header " + header, Base64URL.encode(header) + "." + parts[1] + "." + parts[2]);
        }
        hostile.put("alg none", Base64URL.encode("{\"alg\":\"none\"}") + "." + parts[1] + ".");
        hostile.put(
                "alg none, old signature",
                Base64URL.encode("{\"alg\":\"none\",\"kid\":\"" + kid + "\"}") + "." + parts[1] + "." + parts[2]);
        hostile.put(
                "a stranger's key",
                signed(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(kid).build(), payload, stranger));
        hostile.put("no kid", signed(new JWSHeader.Builder(JWSAlgorithm.ES256).build(), payload, secret()));
        hostile.put(
                "unknown kid",
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID("../../etc/passwd")
                                .build(),
                        payload,
                        secret()));
        hostile.put(
                "embedded key",
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID(kid)
                                .jwk(stranger.toPublicJWK())
                                .build(),
                        payload,
                        stranger));
        hostile.put(
                "crit",
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID(kid)
                                .criticalParams(Set.of("exp"))
                                .customParam("exp", 1)
                                .build(),
                        payload,
                        secret()));
        hostile.put(
                "a header that is not ours",
                signed(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID(kid)
                                .customParam("url", "x")
                                .build(),
                        payload,
                        secret()));
        JWSObject confused = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(kid).build(), new Payload(payload));
        confused.sign(new MACSigner(publicBytes));
        hostile.put("HS256 by the public key", confused.serialize());
        hostile.put("huge", token + "A".repeat(100_000));
        for (String claims : List.of(
                "{}",
                "[]",
                "null",
                "x",
                payload.replace("\"iss\":\"patchbay\"", "\"iss\":\"other\""),
                payload.replace("\"exp\"", "\"exq\""),
                payload.replace("\"role\":\"admin\"", "\"role\":\"root\""))) {
            hostile.put(
                    "claims " + claims,
                    signed(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(kid).build(), claims, secret()));
        }

        assertThat(signed(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(kid).build(), payload, secret()))
                .satisfies(good -> assertThat(issuer.verify(good).name()).isEqualTo("ann"));
        hostile.forEach((what, bad) -> assertThatThrownBy(() -> issuer.verify(bad), what)
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHENTICATED)));
    }

    @Test
    void lifetimeIsAtMostADay() {
        assertThatThrownBy(() -> issuer().issue(ANN, Duration.ofHours(25))).hasMessageContaining("24 hours");
        assertThatThrownBy(() -> issuer().issue(ANN, Duration.ZERO)).isInstanceOf(PatchbayException.class);
    }

    @Test
    void secretsThatAreNoKeysAreLeftAlone() {
        secrets.put("jwt-broken", "{".getBytes(StandardCharsets.UTF_8));

        JwtTokenIssuer issuer = issuer();

        assertThat(issuer.verify(issuer.issue(ANN, LIFETIME)).id()).isEqualTo("id-1");
        assertThat(secrets.byName).containsKey("jwt-broken");
    }

    @Test
    void nothingIsReadOrMadeBeforeTheFirstToken() {
        JwtTokenIssuer issuer = issuer();

        assertThat(issuer.describe().state()).isEqualTo("idle");
        assertThat(secrets.byName).isEmpty();
        assertThat(issuer.findFault()).isEmpty();
        assertThat(issuer.describe().state()).isEqualTo("running");
    }

    private JwtTokenIssuer issuer() {
        return new JwtTokenIssuer(secrets, clock);
    }

    private ECKey secret() throws Exception {
        return ECKey.parse(new String(secrets.byName.values().iterator().next(), StandardCharsets.UTF_8));
    }

    private static String signed(JWSHeader header, String payload, ECKey key) throws Exception {
        JWSObject token = new JWSObject(header, new Payload(payload));
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }

    /** The last character of 64 bytes in Base64 carries four bits that mean nothing. */
    private static String lastBitTurned(String signature) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(signature.charAt(signature.length() - 1));
        return signature.substring(0, signature.length() - 1) + alphabet.charAt(last ^ 1);
    }

    private static List<Value.Struct> keysIn(String jwks) {
        Value.Struct set = (Value.Struct) Json.decode(jwks.getBytes(StandardCharsets.UTF_8));
        return ((Value.Array) set.find("keys").orElseThrow())
                .items().stream().map(Value.Struct.class::cast).toList();
    }

    private static void assertCode(ErrorCode code, JwtTokenIssuer issuer, String token) {
        assertThatThrownBy(() -> issuer.verify(token))
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
