package io.patchbay.api.metrics;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Shows limits beside what they limit: a class whose constants are limits, each as one series of {@value #BYTES}, {@value #SECONDS} or {@value #NUMBER}, with the constant's name in lower case as
 * {@code limit}. So a new limit can't be forgotten.
 */
public final class LimitGauges {
    public static final String BYTES = "patchbay_limit_bytes";
    public static final String SECONDS = "patchbay_limit_seconds";
    public static final String NUMBER = "patchbay_limit";

    private static final String MILLIS = "_MS";

    private LimitGauges() {}

    /**
     * @param part whose limits they are, such as {@code http}
     * @param constants every static final number and Duration of it is a limit; a name with {@code BYTES} in it is in bytes, one with {@code _MS} in milliseconds
     */
    public static void show(Metrics metrics, String part, Class<?> constants) {
        read(constants).forEach((name, value) -> show(metrics, part, name.toLowerCase(Locale.ROOT), value));
    }

    /**
     * @param limit in lower case
     * @param value a {@link Number} or a {@link Duration}
     */
    public static void show(Metrics metrics, String part, String limit, Object value) {
        double amount = value instanceof Duration time ? time.toNanos() / 1e9 : ((Number) value).doubleValue();
        metrics.gauge(
                metric(limit, value), "A limit that holds on this node.", () -> amount, "part", part, "limit", limit);
    }

    private static String metric(String limit, Object value) {
        if (value instanceof Duration) {
            return SECONDS;
        }
        return limit.contains("bytes") && !limit.endsWith("_per_second") ? BYTES : NUMBER;
    }

    /** The limits of a class by the names of their constants, without a {@code _MS}: each a {@link Number} or a {@link Duration}. */
    public static Map<String, Object> read(Class<?> constants) {
        Map<String, Object> limits = new TreeMap<>();
        for (Field field : constants.getDeclaredFields()) {
            int modifiers = field.getModifiers();
            if (!Modifier.isStatic(modifiers) || !Modifier.isFinal(modifiers) || Modifier.isPrivate(modifiers)) {
                continue;
            }
            try {
                // A bundle's own limits are package-private.
                field.setAccessible(true);
                Object value = field.get(null);
                if (value instanceof Number number && field.getName().contains(MILLIS)) {
                    limits.put(field.getName().replace(MILLIS, ""), Duration.ofMillis(number.longValue()));
                } else if (value instanceof Number || value instanceof Duration) {
                    limits.put(field.getName(), value);
                }
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("it was made accessible", e);
            }
        }
        return limits;
    }
}
