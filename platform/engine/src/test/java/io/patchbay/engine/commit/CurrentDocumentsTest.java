package io.patchbay.engine.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.DocumentKey;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CurrentDocumentsTest {
    private static final int LIMIT_BYTES = 1 << 20;
    /** What a document of 40 bytes takes at least, decoded and with its key. */
    private static final int LEAST_BYTES = 650;

    private final CurrentDocuments documents = new CurrentDocuments(LIMIT_BYTES);

    @Test
    void whatIsKeptFitsTheLimitWithItsDecodedValues() {
        for (int i = 0; i < 10_000; i++) {
            documents.put(new DocumentKey(1, "id-" + i), Optional.of(document(i)));
        }
        assertThat(documents.size()).isBetween(100, LIMIT_BYTES / LEAST_BYTES);
        assertThat(documents.get(new DocumentKey(1, "id-9999"))).isPresent();
        assertThat(documents.get(new DocumentKey(1, "id-0"))).isNull();
    }

    private static StoredDocument document(int number) {
        Value.Struct data = Value.struct(
                "i", Value.of(number), "name", Value.of("city " + (100_000 + number)), "country", Value.of("FR"));
        return StoredDocument.of(1, "id-" + number, 1, 1, data);
    }
}
