package io.patchbay.engine.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Mutation;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Transaction;
import io.patchbay.api.document.Value;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FeedTransactionTest {
    private static final int CHANGES = 999;
    /** Of a change with a body of 40 bytes and its decoded values, by a histogram of the heap after an import of 300,000. */
    private static final int MEASURED_BYTES = 890;

    @Test
    void smallDocumentsAreCountedWithTheirDecodedValues() {
        List<Mutation> mutations = IntStream.range(0, CHANGES)
                .mapToObj(FeedTransactionTest::create)
                .toList();
        FeedTransaction transaction = FeedTransaction.of(new Transaction(1, 1, mutations, Optional.empty()));

        assertThat(transaction.bytes() / CHANGES).isBetween(MEASURED_BYTES * 3L / 4, MEASURED_BYTES * 3L / 2);
    }

    private static Mutation create(int number) {
        Value.Struct data = Value.struct(
                "i", Value.of(number), "name", Value.of("city " + (100_000 + number)), "country", Value.of("FR"));
        StoredDocument document = StoredDocument.of(1, "id-" + number, 1, 1, data);
        return new Mutation(1, document.id(), Optional.empty(), Optional.of(document));
    }
}
