package io.patchbay.api.hook;

import io.patchbay.api.document.Value;
import java.util.Optional;

/** What a hook says to a change. */
public sealed interface HookAnswer {
    /** The change may be made as it is. */
    static HookAnswer accept() {
        return Accepted.ACCEPTED;
    }

    /** The change may be made with {@code data} as what the document becomes; not for a delete. */
    static HookAnswer enrich(Value.Struct data) {
        return new Enriched(data);
    }

    /** @param message a sentence for who sent the change: what is wrong and how to mend it. Who may not read the document as it was is not told it */
    static HookAnswer refuse(String message) {
        return new Refused(message, Optional.empty());
    }

    /** @param field the field that is wrong, for a form to point at */
    static HookAnswer refuseField(String field, String message) {
        return new Refused(message, Optional.of(field));
    }

    /** See {@link #accept}. */
    record Accepted() implements HookAnswer {
        private static final Accepted ACCEPTED = new Accepted();
    }

    /** See {@link #enrich}. */
    record Enriched(Value.Struct data) implements HookAnswer {}

    /** The change is not made; its sender gets HOOK_REFUSED with the message, of which {@link io.patchbay.api.Limits#HOOK_MESSAGE_CHARS} are told. */
    record Refused(String message, Optional<String> field) implements HookAnswer {}
}
