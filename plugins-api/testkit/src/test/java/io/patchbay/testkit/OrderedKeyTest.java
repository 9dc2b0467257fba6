package io.patchbay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Value;
import io.patchbay.api.query.OrderedKey;
import io.patchbay.api.query.ValueOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bytes of keys against the order of values, which are written independently. */
class OrderedKeyTest {
    private static final int PAIRS = 200_000;

    private final Random random = Seeds.random("OrderedKeyTest");
    private final RandomDocuments documents = new RandomDocuments(random);

    @Test
    void keysAreOrderedAsTheirValues() {
        for (int i = 0; i < PAIRS; i++) {
            Optional<Value> left = value();
            Optional<Value> right = value();
            int expected = Integer.signum(ValueOrder.ASCENDING.compare(left, right));
            assertThat(compare(OrderedKey.of(left, false), OrderedKey.of(right, false)))
                    .as("%s and %s", left, right)
                    .isEqualTo(expected);
            assertThat(compare(OrderedKey.of(left, true), OrderedKey.of(right, true)))
                    .as("%s and %s, descending", left, right)
                    .isEqualTo(-expected);
        }
    }

    @Test
    void concatenatedKeysAreOrderedAsTuples() {
        for (int i = 0; i < PAIRS; i++) {
            boolean firstDescends = random.nextBoolean();
            boolean secondDescends = random.nextBoolean();
            Optional<Value> a1 = value();
            Optional<Value> a2 = random.nextBoolean() ? a1 : value();
            Optional<Value> b1 = value();
            Optional<Value> b2 = value();
            int byFirst = (firstDescends ? -1 : 1) * Integer.signum(ValueOrder.ASCENDING.compare(a1, a2));
            int bySecond = (secondDescends ? -1 : 1) * Integer.signum(ValueOrder.ASCENDING.compare(b1, b2));
            byte[] left = concatenate(OrderedKey.of(a1, firstDescends), OrderedKey.of(b1, secondDescends));
            byte[] right = concatenate(OrderedKey.of(a2, firstDescends), OrderedKey.of(b2, secondDescends));
            assertThat(compare(left, right))
                    .as("%s %s and %s %s", a1, b1, a2, b2)
                    .isEqualTo(byFirst != 0 ? byFirst : bySecond);
        }
    }

    @Test
    void equalNumbersHaveEqualKeysAndNeighboursDiffer() {
        for (int i = 0; i < PAIRS; i++) {
            long integer = random.nextLong() >> random.nextInt(64);
            double nearest = integer;
            Value real = Value.of(nearest);
            int expected = Integer.signum(ValueOrder.compareNumbers(Value.of(integer), real));
            assertThat(compare(key(Value.of(integer)), key(real)))
                    .as("%s and %s", integer, real)
                    .isEqualTo(expected);
            if (integer < Long.MAX_VALUE) {
                assertThat(compare(key(Value.of(integer)), key(Value.of(integer + 1))))
                        .as("%s and its next", integer)
                        .isEqualTo(-1);
            }
        }
    }

    private Optional<Value> value() {
        return random.nextInt(20) == 0 ? Optional.empty() : Optional.of(documents.value(3));
    }

    private static byte[] key(Value value) {
        return OrderedKey.of(Optional.of(value), false);
    }

    private static byte[] concatenate(byte[] left, byte[] right) {
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }

    private static int compare(byte[] left, byte[] right) {
        return Integer.signum(Arrays.compareUnsigned(left, right));
    }
}
