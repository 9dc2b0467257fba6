package io.patchbay.api.document;

/** IEEE 754 binary16, which the JDK converts only from version 20 on. */
final class HalfFloat {
    private static final int HIDDEN_BIT = 0x400;

    private HalfFloat() {}

    static double toDouble(int bits) {
        int exponent = bits >> 10 & 0x1f;
        int mantissa = bits & 0x3ff;
        double magnitude;
        if (exponent == 0) {
            magnitude = Math.scalb((double) mantissa, -24);
        } else if (exponent == 31) {
            magnitude = mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else {
            magnitude = Math.scalb((double) (HIDDEN_BIT | mantissa), exponent - 25);
        }
        return (bits & 0x8000) == 0 ? magnitude : -magnitude;
    }

    /** The bits of exactly {@code value}, which is finite; -1 if binary16 has no such number. */
    static int exactBits(double value) {
        double magnitude = Math.abs(value);
        int sign = value < 0 ? 0x8000 : 0;
        if (magnitude > 65504 || magnitude < 0x1p-24) {
            return magnitude == 0 ? sign : -1;
        }
        int exponent = Math.max(Math.getExponent(magnitude), -14);
        double steps = Math.scalb(magnitude, 10 - exponent);
        if (steps != Math.rint(steps)) {
            return -1;
        }
        // A subnormal has fewer steps than the hidden bit, and so keeps exponent 0.
        return sign | ((exponent + 14 << 10) + (int) steps);
    }
}
