package io.patchbay.it;

import io.patchbay.api.document.Value;
import io.patchbay.api.hook.Hook;
import io.patchbay.api.hook.HookAnswer;
import io.patchbay.api.hook.HookTerms;
import io.patchbay.api.hook.PendingChange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/** Stamps a document with its own version; throws or hangs if the document says so. It runs in the node, as a plugin ({@link MoodyHookJar}): nothing but plugins-api may be used here. */
public final class MoodyHook implements Hook {
    static final String NAME = "moody";
    static final String COLLECTION = "moods";
    static final String MOOD = "mood";
    static final String THROWS = "throws";
    static final String HANGS = "hangs";
    static final String VERSION = "version";
    static final String VERSION_FILE = "/version.txt";
    static final Duration LIMIT = Duration.ofSeconds(2);

    private final String version;

    public MoodyHook() throws IOException {
        try (InputStream file = Objects.requireNonNull(MoodyHook.class.getResourceAsStream(VERSION_FILE))) {
            version = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public HookTerms terms() {
        return HookTerms.on(COLLECTION).within(LIMIT);
    }

    @Override
    public HookAnswer before(PendingChange change) {
        if (change.deletes()) {
            return HookAnswer.accept();
        }
        Value.Struct data = change.data().orElseThrow();
        String mood = data.findText(MOOD).orElse("");
        if (mood.equals(THROWS)) {
            throw new UncheckedIOException(new IOException("its own trouble"));
        }
        if (mood.equals(HANGS)) {
            awaitForEver();
        }
        return HookAnswer.enrich(data.with(VERSION, Value.of(version)));
    }

    private static void awaitForEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
