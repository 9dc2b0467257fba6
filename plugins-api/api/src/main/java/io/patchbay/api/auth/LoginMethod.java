package io.patchbay.api.auth;

import java.util.List;

/**
 * A login method that is there now.
 *
 * @param fields what its first step asks for
 */
public record LoginMethod(String name, List<LoginField> fields) {
    public LoginMethod {
        fields = List.copyOf(fields);
    }
}
