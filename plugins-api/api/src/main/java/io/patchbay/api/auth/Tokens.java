package io.patchbay.api.auth;

import java.time.Duration;

/** What a login gives: a short access token, and an opaque refresh token that works once. */
public record Tokens(String accessToken, String refreshToken, Duration expiresIn, Identity identity) {
    @Override
    public String toString() {
        return "tokens of " + identity.name();
    }
}
