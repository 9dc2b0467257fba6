package io.patchbay.api.auth;

import io.patchbay.api.document.Value;

/**
 * @param method name of the login method
 * @param fields what the client sent beside the method, such as {@code identifier} and {@code password}
 * @param remoteAddress of the client, without port
 */
public record LoginRequest(String method, Value.Struct fields, String remoteAddress) {
    @Override
    public String toString() {
        return "login by " + method + " from " + remoteAddress;
    }
}
