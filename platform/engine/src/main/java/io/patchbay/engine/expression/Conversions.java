package io.patchbay.engine.expression;

import io.patchbay.api.document.Value;
import org.jspecify.annotations.Nullable;

/** {@code int()}, {@code double()}, {@code string()} and {@code bool()}; null stands for unknown. */
final class Conversions {
    private Conversions() {}

    /** A double is truncated towards zero. */
    static @Nullable Value toInt(Value value) {
        if (value instanceof Value.Int) {
            return value;
        }
        if (value instanceof Value.Real number) {
            double real = number.value();
            return real >= -0x1p63 && real < 0x1p63 ? Value.of((long) real) : null;
        }
        if (value instanceof Value.Text text && text.value().matches("-?[0-9]{1,30}")) {
            try {
                return Value.of(Long.parseLong(text.value()));
            } catch (NumberFormatException beyond) {
                return null;
            }
        }
        return null;
    }

    static @Nullable Value toDouble(Value value) {
        if (value instanceof Value.Real) {
            return value;
        }
        if (value instanceof Value.Int number) {
            return Value.of((double) number.value());
        }
        if (value instanceof Value.Text text
                && text.value().length() <= 400
                && text.value().matches("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?")) {
            double number = Double.parseDouble(text.value());
            return Double.isFinite(number) ? Value.of(number) : null;
        }
        return null;
    }

    static @Nullable Value toText(Value value) {
        if (value instanceof Value.Text) {
            return value;
        }
        if (value instanceof Value.Int number) {
            return Value.of(Long.toString(number.value()));
        }
        if (value instanceof Value.Real number) {
            return Value.of(Double.toString(number.value()));
        }
        return value instanceof Value.Bool bool ? Value.of(Boolean.toString(bool.value())) : null;
    }

    static @Nullable Value toBool(Value value) {
        if (value instanceof Value.Bool) {
            return value;
        }
        if (!(value instanceof Value.Text text)) {
            return null;
        }
        return switch (text.value()) {
            case "true", "True", "TRUE", "t", "1" -> Value.TRUE;
            case "false", "False", "FALSE", "f", "0" -> Value.FALSE;
            default -> null;
        };
    }
}
