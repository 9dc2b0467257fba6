package io.patchbay.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.Set;

/** A key for ES256 (ECDSA on P-256 with SHA-256) and when it was made; signs if it has its private part. Any thread. */
final class SigningKey {
    private final ECKey jwk;
    private final JWSVerifier verifier;

    private SigningKey(ECKey jwk) throws JOSEException {
        this.jwk = jwk;
        this.verifier = new ECDSAVerifier(jwk.toECPublicKey());
    }

    static SigningKey generate(Instant now) {
        try {
            return new SigningKey(new ECKeyGenerator(Curve.P_256)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .keyIDFromThumbprint(true)
                    .issueTime(Date.from(now))
                    .generate());
        } catch (JOSEException e) {
            throw new IllegalStateException("this Java can't make keys on P-256", e);
        }
    }

    /**
     * Reads a JWK (RFC 7517).
     *
     * @throws IllegalArgumentException if it is anything but a key for ES256 signatures with an id
     */
    static SigningKey parse(String json) {
        try {
            JWK jwk = JWK.parse(json);
            if (!(jwk instanceof ECKey key) || !Curve.P_256.equals(key.getCurve())) {
                throw new IllegalArgumentException("no key on P-256");
            }
            requireForSignatures(key);
            return new SigningKey(key);
        } catch (ParseException | JOSEException | IllegalStateException e) {
            throw new IllegalArgumentException("no JWK: " + e.getMessage(), e);
        }
    }

    private static void requireForSignatures(ECKey key) {
        boolean algorithm = key.getAlgorithm() == null || JWSAlgorithm.ES256.equals(key.getAlgorithm());
        boolean use = key.getKeyUse() == null || KeyUse.SIGNATURE.equals(key.getKeyUse());
        Set<KeyOperation> operations = key.getKeyOperations();
        boolean allowed = operations == null
                || operations.contains(KeyOperation.SIGN)
                || operations.contains(KeyOperation.VERIFY);
        if (!algorithm || !use || !allowed || key.getKeyID() == null) {
            throw new IllegalArgumentException("no key for ES256 signatures with an id");
        }
    }

    String id() {
        return jwk.getKeyID();
    }

    /** When it was made; long ago if it does not say. */
    Instant madeAt() {
        return jwk.getIssueTime() == null ? Instant.EPOCH : jwk.getIssueTime().toInstant();
    }

    boolean signs() {
        return jwk.isPrivate();
    }

    /** A new signer: they are cheap, and one per call needs no sharing. */
    JWSSigner signer() throws JOSEException {
        return new ECDSASigner(jwk);
    }

    JWSVerifier verifier() {
        return verifier;
    }

    /** Without the private part. */
    ECKey publicJwk() {
        return jwk.toPublicJWK();
    }

    /** With the private part: for the key file alone. */
    String secretJson() {
        return jwk.toJSONString();
    }

    @Override
    public String toString() {
        return "key " + id();
    }
}
