package io.patchbay.protocol.patchbay;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.api.protocol.SubscriptionEvent.Changes;
import io.patchbay.api.protocol.SubscriptionEvent.DocumentChange;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventWriterTest {
    private final EventWriter events = new EventWriter();

    @Test
    void whatIsKeptFromOneSubscriberIsNeverTakenForAnothersContent() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Document> documents = List.of(document("a", 1), document("a", 2), document("b", 2));
        for (int i = 0; i < 5_000; i++) {
            Document document = documents.get(random.nextInt(documents.size()));
            boolean leaves = random.nextInt(3) == 0;
            DocumentChange change = new DocumentChange(
                    document.id(),
                    document.revision(),
                    leaves ? Optional.empty() : Optional.of(document),
                    leaves && random.nextBoolean());
            Changes event = new Changes(
                    random.nextInt(70_000),
                    new Position("e" + random.nextInt(2), document.revision()),
                    List.of(change));
            byte[] fresh = new EventWriter().write(event);
            assertThat(events.write(event)).as("seed %d", seed).isEqualTo(fresh);
        }
    }

    @Test
    void aLongTransactionIsOneEvent() {
        List<DocumentChange> changes = java.util.stream.IntStream.range(0, 1000)
                .mapToObj(i -> document("document-" + i, 5))
                .map(document -> new DocumentChange(document.id(), 5, Optional.of(document), false))
                .toList();
        Value.Struct event =
                (Value.Struct) Cbor.decodeEnvelope(events.write(new Changes(1, new Position("e", 5), changes)));
        assertThat(((Value.Array) event.find("changes").orElseThrow()).items()).hasSize(1000);
        assertThat(event.findText("position")).contains("e:5");
    }

    private static Document document(String id, long revision) {
        return new Document(
                "cities", StoredDocument.of(1, id, revision, revision, Value.struct("n", Value.of(revision))));
    }
}
