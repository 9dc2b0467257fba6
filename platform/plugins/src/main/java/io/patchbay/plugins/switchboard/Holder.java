package io.patchbay.plugins.switchboard;

import java.time.Duration;

/**
 * Who holds a lease.
 *
 * @param type the provider's service type, by class name
 * @param name the provider's name
 * @param thread the thread that acquired it
 */
public record Holder(String type, String name, String thread, Duration held) {
    @Override
    public String toString() {
        String simpleType = type.substring(type.lastIndexOf('.') + 1);
        return "thread \"%s\" holds a lease on %s %s for %.1f s"
                .formatted(thread, simpleType, name, held.toMillis() / 1000.0);
    }
}
