package io.patchbay.api.auth;

import io.patchbay.api.document.Value;

/**
 * @param login the id of the half-done login
 * @param answers a text for each field that was asked for
 * @param remoteAddress of the client, without port
 */
public record LoginAnswer(String login, Value.Struct answers, String remoteAddress) {
    @Override
    public String toString() {
        return "answer to a challenge from " + remoteAddress;
    }
}
