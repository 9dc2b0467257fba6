package io.patchbay.engine.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.SortField;
import java.util.List;
import org.junit.jupiter.api.Test;

class BestDocumentsTest {
    private static final int DOCUMENT_CHARS = 1000;

    private final SortOrder order = new SortOrder(SortField.parseAll("a"));

    private static StoredDocument document(int number) {
        Value.Struct data = Value.struct("a", Value.of(number), "text", Value.of("x".repeat(DOCUMENT_CHARS)));
        return StoredDocument.of(20, "d" + number, 1, 0, Cbor.encode(data), data);
    }

    private BestDocuments bestOfHundred(int limit, long pageBytes) {
        BestDocuments best = new BestDocuments(order, limit, pageBytes);
        for (int i = 0; i < 100; i++) {
            StoredDocument document = document(i * 37 % 100);
            best.add(order.keyOf(document), document);
            assertThat(best.bytes()).isLessThan(Math.max(pageBytes, DOCUMENT_CHARS) + 2 * (DOCUMENT_CHARS + 100));
        }
        return best;
    }

    @Test
    void theFirstOfTheOrderAreKept() {
        assertThat(bestOfHundred(3, 1 << 20).inOrder())
                .extracting(StoredDocument::id)
                .isEqualTo(List.of("d0", "d1", "d2"));
    }

    @Test
    void whatNoPageHoldsIsNotKept() {
        assertThat(bestOfHundred(1000, 3 * DOCUMENT_CHARS).inOrder())
                .extracting(StoredDocument::id)
                .isEqualTo(List.of("d0", "d1", "d2"));
        assertThat(bestOfHundred(1000, 1).inOrder())
                .extracting(StoredDocument::id)
                .isEqualTo(List.of("d0", "d1"));
    }
}
