package io.patchbay.launcher;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a setting's text becomes its value; every reader says in one clause what it wants. */
final class SettingReaders {

    private static final Pattern AMOUNT = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]*)");

    private static final String LOCALHOST = "localhost";
    /** Of IPv4 or IPv6; nothing that would be looked up. */
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%\\w+)?");

    private static final Pattern VARIABLE = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)?");

    private static final Map<String, Duration> TIME_UNITS = Map.of(
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    private static final Map<String, Long> BYTE_UNITS =
            Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);

    private SettingReaders() {}

    static Object text(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("must not be empty");
        }
        return text;
    }

    static Object bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    static Function<String, Object> integer(int lowest, int highest) {
        return text -> {
            try {
                int number = Integer.parseInt(text);
                if (number >= lowest && number <= highest) {
                    return number;
                }
            } catch (NumberFormatException notANumber) {
                // Told below.
            }
            throw new IllegalArgumentException("must be a number from " + lowest + " to " + highest);
        };
    }

    static Function<String, Object> oneOf(String... choices) {
        return text -> {
            if (!List.of(choices).contains(text)) {
                throw new IllegalArgumentException("must be one of " + String.join(", ", choices));
            }
            return text;
        };
    }

    /** A time within these, in milliseconds. */
    static Function<String, Object> durationMs(Duration shortest, Duration longest) {
        return text -> {
            Object ms = durationMs(text);
            if ((long) ms < shortest.toMillis() || (long) ms > longest.toMillis()) {
                throw new IllegalArgumentException(
                        "must be a time from %d s to %d s".formatted(shortest.toSeconds(), longest.toSeconds()));
            }
            return ms;
        };
    }

    /** A time above zero, in milliseconds: 500ms, 30s, 15m, 24h, 7d. */
    static Object durationMs(String text) {
        Matcher amount = AMOUNT.matcher(text);
        if (amount.matches() && TIME_UNITS.containsKey(amount.group(2))) {
            long unitMs = TIME_UNITS.get(amount.group(2)).toMillis();
            return positiveProduct(amount.group(1), unitMs, "must be a time above zero");
        }
        throw new IllegalArgumentException("must be a time such as 500ms, 30s, 15m, 24h or 7d");
    }

    /** An amount above zero, in bytes: 4096, 64KiB, 512MiB, 1GiB. */
    static Object bytes(String text) {
        Matcher amount = AMOUNT.matcher(text);
        if (amount.matches() && BYTE_UNITS.containsKey(amount.group(2))) {
            return positiveProduct(
                    amount.group(1), BYTE_UNITS.get(amount.group(2)), "must be a number of bytes above zero");
        }
        throw new IllegalArgumentException("must be a number of bytes such as 4096, 64KiB, 512MiB or 1GiB");
    }

    /** Names with commas between them, or none; whether they are host names the transport says. */
    static Object hostNames(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toArray(String[]::new);
    }

    /** An address of this machine, or localhost. Other names are refused: they would be looked up in the network. */
    static Object address(String text) {
        try {
            if (text.equals(LOCALHOST) || LITERAL.matcher(text).matches()) {
                InetAddress.getByName(text);
                return text;
            }
        } catch (UnknownHostException e) {
            // Told below.
        }
        throw new IllegalArgumentException(
                "must be an IP address of this machine, or localhost; 0.0.0.0 and \"::\" are all of them");
    }

    /** Whether only this machine reaches {@code address}, which {@link #address} has read. */
    static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** A file, or nothing; whether it is there its reader says. */
    static Object path(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("must be a path");
        }
        return text.strip();
    }

    /** The name of an environment variable, or nothing. */
    static Object variable(String text) {
        if (!VARIABLE.matcher(text).matches()) {
            throw new IllegalArgumentException("must be the name of an environment variable (not the password itself)");
        }
        return text;
    }

    /** Of a list of sections, what a plain value can say: that it is empty. */
    static Object noItems(String text) {
        if (text.isBlank() || text.equals("[]")) {
            return new String[0];
        }
        throw new IllegalArgumentException("must be a list");
    }

    private static Object positiveProduct(String number, long unit, String wanted) {
        try {
            long product = Math.multiplyExact(Long.parseLong(number), unit);
            if (product > 0) {
                return product;
            }
        } catch (ArithmeticException tooLarge) {
            throw new IllegalArgumentException("is too large");
        }
        throw new IllegalArgumentException(wanted);
    }
}
