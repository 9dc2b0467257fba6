package io.patchbay.engine.hooks;

import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import io.patchbay.api.hook.HookAnswer;
import io.patchbay.api.hook.PendingChange;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A change on its way past the hooks, and what they made of it. One thread at a time. */
public final class Proposal {
    private final long bytes;
    private PendingChange change;
    private byte[] body;
    private Optional<Refusal> refusal = Optional.empty();
    private Optional<String> enrichedBy = Optional.empty();

    /**
     * @param body of its data; empty if it deletes
     * @param bytes of the document, before and after
     */
    public Proposal(PendingChange change, byte[] body, long bytes) {
        this.bytes = bytes;
        this.change = change;
        this.body = body;
    }

    /** As the hooks so far made it. */
    public PendingChange change() {
        return change;
    }

    public long bytes() {
        return bytes;
    }

    public byte[] body() {
        return body;
    }

    public Optional<Refusal> refusal() {
        return refusal;
    }

    /** The last hook that changed its data. */
    public Optional<String> enrichedBy() {
        return enrichedBy;
    }

    /** @throws RuntimeException if the answer is none that may be given */
    String take(String hook, HookAnswer answer) {
        if (answer instanceof HookAnswer.Refused refused) {
            String message = refused.message().isBlank()
                    ? "The hook '" + hook + "' refuses the change."
                    : presentable(refused.message());
            refusal = Optional.of(new Refusal(hook, message, refused.field().map(Proposal::presentable), true));
            return HookMeters.REFUSED;
        }
        if (answer instanceof HookAnswer.Enriched enriched) {
            enrich(hook, enriched.data());
            return refusal.isPresent() ? HookMeters.REFUSED : HookMeters.ENRICHED;
        }
        if (answer == null) {
            throw new IllegalStateException("it answered null");
        }
        return HookMeters.ACCEPTED;
    }

    /** Not too long, and without half a character: no protocol could encode that, and the sender would get no answer at all. */
    private static String presentable(String text) {
        String cut = text.length() > Limits.HOOK_MESSAGE_CHARS
                ? text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, Limits.HOOK_MESSAGE_CHARS) - 1))
                        + "..."
                : text;
        return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** What is too large or too deep may be so because of what the client sent: it is this change that is refused, and no fault that isolates the hook. */
    private void enrich(String hook, Value.Struct data) {
        if (change.deletes()) {
            throw new IllegalStateException("it gave data to a delete");
        }
        byte[] encoded;
        try {
            encoded = Cbor.encode(data);
        } catch (PatchbayException e) {
            refuse(hook, "The hook '" + hook + "' made a document that can't be kept: " + e.getMessage());
            return;
        }
        if (encoded.length > Limits.DOCUMENT_BYTES) {
            refuse(
                    hook,
                    "The hook '%s' made the document %d bytes large; a document has at most %d."
                            .formatted(hook, encoded.length, Limits.DOCUMENT_BYTES));
            return;
        }
        body = encoded;
        enrichedBy = Optional.of(hook);
        change = new PendingChange(
                change.collection(), change.id(), change.before(), Optional.of(data), change.caller());
    }

    private void refuse(String hook, String message) {
        refusal = Optional.of(new Refusal(hook, message, Optional.empty(), false));
    }
}
