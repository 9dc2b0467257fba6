package io.patchbay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.Limits;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import io.patchbay.api.hook.CommittedChange;
import io.patchbay.api.hook.Hook;
import io.patchbay.api.hook.HookAnswer;
import io.patchbay.api.hook.HookTerms;
import io.patchbay.api.hook.PendingChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every hook holds to, so that it is never what keeps a collection from being written: it has an answer to every document, within its time, from any number of threads, and lives with its own.
 *
 * <p>Where the seed is printed, {@code -Dpatchbay.seed=N} repeats it.
 */
public abstract class HookContract {
    private static final int DOCUMENTS = 500;
    private static final int THREADS = 4;
    private static final String ID = "contract";

    private Hook hook;

    /** A new one, as a node would have it. */
    protected abstract Hook hook();

    /** A document that it lets pass, as it is or enriched. */
    protected abstract Value.Struct welcome();

    /** Whether the same document is always answered the same; one that stamps the time says no. */
    protected boolean answersTheSame() {
        return true;
    }

    @BeforeEach
    public final void open() throws Exception {
        hook = hook();
    }

    @AfterEach
    public final void close() throws Exception {
        if (hook instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    /** What it says to a create of {@code data}. */
    protected final HookAnswer ask(Value.Struct data) {
        return ask(hook, Optional.empty(), Optional.of(data));
    }

    /** What it says to an update, or to a delete if {@code after} is empty. */
    protected final HookAnswer ask(Value.Struct before, Optional<Value.Struct> after) {
        return ask(hook, Optional.of(before), after);
    }

    private static HookAnswer ask(Hook hook, Optional<Value.Struct> before, Optional<Value.Struct> after) {
        String collection = collection(hook.terms());
        Optional<Document> document = before.map(
                data -> new Document(collection, StoredDocument.of(1000, ID, 1, 0, Cbor.encode(data), data)));
        return hook.before(new PendingChange(collection, ID, document, after, Identity.SYSTEM));
    }

    private static String collection(HookTerms terms) {
        return terms.collections().stream()
                .filter(name -> !name.equals(HookTerms.EVERY))
                .sorted()
                .findFirst()
                .orElse("items");
    }

    @Test
    void itsTermsDoNotChange() throws Exception {
        assertThat(hook.terms()).isNotNull().isEqualTo(hook.terms());
        assertThat(hook().terms()).isEqualTo(hook.terms());
    }

    @Test
    void itLetsAWelcomeDocumentPass() {
        requirePasses(ask(welcome()));
        requirePasses(ask(welcome(), Optional.of(welcome())));
    }

    @Test
    void itLetsPassWhatItMadeItself() {
        Value.Struct made = made(ask(welcome()), welcome());
        HookAnswer again = ask(made, Optional.of(made));
        requirePasses(again);
        if (answersTheSame()) {
            assertThat(made(again, made)).as("made of what it made").isEqualTo(made);
        }
    }

    @Test
    void itAnswersADeleteWithoutData() {
        HookAnswer answer = ask(welcome(), Optional.empty());
        assertThat(answer).isNotNull().isNotInstanceOf(HookAnswer.Enriched.class);
    }

    /** One that throws is unavailable to whoever sent the document, and after five of them to all. */
    @Test
    void itHasAnAnswerToEveryDocumentWithinItsTime() {
        Random random = Seeds.random("a hook has an answer to every document");
        Duration limit = hook.terms().timeLimit();
        long fastestNanos = Long.MAX_VALUE;
        for (int i = 0; i < DOCUMENTS; i++) {
            Value.Struct data = mixed(random);
            long began = System.nanoTime();
            requireAnswer(ask(data), data);
            requireAnswer(ask(mixed(random), Optional.of(data)), data);
            fastestNanos = Math.min(fastestNanos, System.nanoTime() - began);
        }
        // The fastest, because the machine may be busy with other things.
        assertThat(Duration.ofNanos(fastestNanos)).isLessThan(limit);
    }

    /** The welcome one with values of every kind in its fields, or something quite different. */
    private Value.Struct mixed(Random random) {
        RandomDocuments documents = new RandomDocuments(random);
        if (random.nextInt(3) == 0) {
            return documents.data();
        }
        Value.Struct data = welcome();
        for (String field : welcome().fields().keySet()) {
            if (random.nextBoolean()) {
                data = data.with(field, documents.value(2));
            }
        }
        return data;
    }

    @Test
    void itIsAskedByManyThreadsAtATime() {
        List<Value.Struct> documents = new ArrayList<>();
        Random random = Seeds.random("a hook is asked by many threads");
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(mixed(random));
        }
        List<HookAnswer> alone = documents.stream().map(this::ask).toList();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<CompletableFuture<List<HookAnswer>>> together = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                together.add(CompletableFuture.supplyAsync(
                        () -> documents.stream().map(this::ask).toList(), threads));
            }
            for (CompletableFuture<List<HookAnswer>> answers : together) {
                List<HookAnswer> given = answers.join();
                if (answersTheSame()) {
                    assertThat(given).isEqualTo(alone);
                } else {
                    assertThat(given).doesNotContainNull();
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Changes come again after a restart, a failure, an update; and it may be of a collection that it knows by its deletes alone. */
    @Test
    void itTakesWhatItIsToldMoreThanOnce() {
        if (!hook.terms().after()) {
            return;
        }
        String collection = collection(hook.terms());
        Value.Struct data = made(ask(welcome()), welcome());
        Document document = new Document(collection, StoredDocument.of(1000, ID, 7, 0, Cbor.encode(data), data));
        for (Optional<Document> told : List.of(Optional.of(document), Optional.<Document>empty())) {
            CommittedChange change =
                    new CommittedChange(collection, ID, new Position("contract", 7), Instant.EPOCH, told);
            hook.after(change);
            hook.after(change);
        }
    }

    private static void requirePasses(HookAnswer answer) {
        assertThat(answer).isNotNull().isNotInstanceOf(HookAnswer.Refused.class);
    }

    private static void requireAnswer(HookAnswer answer, Value.Struct asked) {
        assertThat(answer).as("the answer to %s", asked).isNotNull();
        if (answer instanceof HookAnswer.Refused refused) {
            assertThat(refused.message()).as("the message for %s", asked).isNotBlank();
            assertThat(refused.field()).isNotNull();
        } else {
            assertThat(Cbor.encode(made(answer, asked))).hasSizeLessThanOrEqualTo(Limits.DOCUMENT_BYTES);
        }
    }

    private static Value.Struct made(HookAnswer answer, Value.Struct asked) {
        return answer instanceof HookAnswer.Enriched enriched ? enriched.data() : asked;
    }
}
