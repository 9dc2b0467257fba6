package io.patchbay.engine.expression;

import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression.Function;
import org.jspecify.annotations.Nullable;

/** Arithmetic and exact comparison of integers and doubles; null stands for unknown. */
final class Numbers {
    private Numbers() {}

    static boolean isNumber(Value value) {
        return value instanceof Value.Int || value instanceof Value.Real;
    }

    /** By their true values: no integer is rounded to be compared with a double. */
    static int compare(Value left, Value right) {
        if (left instanceof Value.Int l) {
            return right instanceof Value.Int r
                    ? Long.compare(l.value(), r.value())
                    : compare(l.value(), ((Value.Real) right).value());
        }
        double l = ((Value.Real) left).value();
        return right instanceof Value.Int r ? -compare(r.value(), l) : Double.compare(l, ((Value.Real) right).value());
    }

    private static int compare(long integer, double real) {
        if (real >= 0x1p63) {
            return -1;
        }
        if (real < -0x1p63) {
            return 1;
        }
        long truncated = (long) real;
        return integer != truncated ? Long.compare(integer, truncated) : Double.compare(0, real - truncated);
    }

    /**
     * Of two integers, in 64 bits: a quotient is truncated, overflow and division by zero are unknown. With a double, in doubles: what is not finite is unknown, and there is no
     * remainder.
     */
    static @Nullable Value calculate(Function function, Value left, Value right) {
        if (left instanceof Value.Int l && right instanceof Value.Int r) {
            return integers(function, l.value(), r.value());
        }
        return isNumber(left) && isNumber(right) ? reals(function, real(left), real(right)) : null;
    }

    static @Nullable Value negate(Value value) {
        if (value instanceof Value.Int number) {
            return number.value() == Long.MIN_VALUE ? null : new Value.Int(-number.value());
        }
        return value instanceof Value.Real number ? Value.of(-number.value()) : null;
    }

    private static @Nullable Value integers(Function function, long left, long right) {
        if (right == 0 && (function == Function.DIVIDE || function == Function.MODULO)) {
            return null;
        }
        // The one quotient that does not fit; CEL's remainder of the pair is an error too.
        if (left == Long.MIN_VALUE && right == -1 && (function == Function.DIVIDE || function == Function.MODULO)) {
            return null;
        }
        try {
            return switch (function) {
                case ADD -> new Value.Int(Math.addExact(left, right));
                case SUBTRACT -> new Value.Int(Math.subtractExact(left, right));
                case MULTIPLY -> new Value.Int(Math.multiplyExact(left, right));
                case DIVIDE -> new Value.Int(left / right);
                case MODULO -> new Value.Int(left % right);
                default -> throw new IllegalArgumentException(function + " is no arithmetic");
            };
        } catch (ArithmeticException overflow) {
            return null;
        }
    }

    private static @Nullable Value reals(Function function, double left, double right) {
        double result = switch (function) {
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> left / right;
            case MODULO -> Double.NaN;
            default -> throw new IllegalArgumentException(function + " is no arithmetic");
        };
        return Double.isFinite(result) ? Value.of(result) : null;
    }

    static double real(Value number) {
        return number instanceof Value.Int integer ? integer.value() : ((Value.Real) number).value();
    }
}
