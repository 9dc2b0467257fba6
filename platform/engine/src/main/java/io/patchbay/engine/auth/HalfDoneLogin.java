package io.patchbay.engine.auth;

import io.patchbay.api.auth.LoginField;
import io.patchbay.api.migration.StateRecord;
import java.time.Instant;
import java.util.List;

/**
 * A login between two steps.
 *
 * @param method that began it, and that alone goes on with it
 * @param identity who is claimed to log in, for the limits of failures
 * @param network where it began, and may go on
 * @param fields what was asked for
 * @param steps that were taken so far
 */
record HalfDoneLogin(
        String method,
        String identity,
        String network,
        List<LoginField> fields,
        StateRecord state,
        int steps,
        Instant expiresAt) {
    @Override
    public String toString() {
        return "half-done login by " + method;
    }
}
