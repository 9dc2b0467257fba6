package io.patchbay.client;

import java.time.Duration;
import java.util.List;

/**
 * What a login asks for next, of the person who logs in.
 *
 * @param message a sentence: what to do now
 * @param expiresIn within which it is to be answered
 */
public record LoginChallenge(String message, List<Field> fields, Duration expiresIn) {
    public LoginChallenge {
        fields = List.copyOf(fields);
    }

    /**
     * @param name by which it is answered
     * @param type {@code text}, {@code secret} (not to be shown while it is typed) or {@code code} (works once)
     */
    public record Field(String name, String label, String type) {}
}
