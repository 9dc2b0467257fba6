package io.patchbay.client;

import java.time.Duration;

/** A login's tokens: the access token lasts {@code expiresIn} from when it was given; the refresh token gets the next two, once. */
public record Tokens(String accessToken, String refreshToken, Duration expiresIn) {
    /** Without the tokens, so that they reach no log. */
    @Override
    public String toString() {
        return "Tokens[expiresIn=" + expiresIn + "]";
    }
}
