package io.patchbay.protocol.patchbay;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.kv.KeyNames;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueForm;
import io.patchbay.api.kv.KeyValueListRequest;
import io.patchbay.api.kv.KeyValueOperation;
import io.patchbay.api.protocol.Session;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** {@code kv.get, kv.list, kv.commit} */
final class KeyValueOperations {
    /** What fits into a frame in base64, with room for the rest of the reply. */
    private static final int LARGEST_VALUE = Limits.FRAME_BYTES / 4 * 3 - (16 << 10);

    private final Session session;
    private final Clock clock;

    KeyValueOperations(Session session, Clock clock) {
        this.session = session;
        this.clock = clock;
    }

    CompletionStage<byte[]> get(Fields fields) {
        String bucket = fields.requireText("bucket");
        String key = KeyNames.require(fields.requireText("key"));
        fields.done();
        return session.keyValues().get(bucket, key).thenApply(KeyValueOperations::entry);
    }

    private static byte[] entry(KeyValueEntry entry) {
        if (entry.value().length > LARGEST_VALUE) {
            throw PatchbayException.beyond(
                    "frame_bytes",
                    ErrorCode.TOO_LARGE,
                    "The value takes " + entry.value().length
                            + " bytes, more than a frame can carry; read it over HTTP.");
        }
        return Cbor.encode(Value.struct("entry", KeyValueForm.describe(entry)));
    }

    CompletionStage<byte[]> list(Fields fields) {
        KeyValueListRequest request = new KeyValueListRequest(
                fields.requireText("bucket"),
                fields.findText("prefix").orElse(""),
                fields.findText("start"),
                fields.findText("end"),
                fields.findInt("limit", 1, Limits.LIST_MAX).map(Long::intValue).orElse(Limits.LIST_DEFAULT),
                fields.findText("cursor"),
                fields.findBool("values").orElse(false));
        fields.done();
        return session.keyValues().list(request).thenApply(page -> Cbor.encode(KeyValueForm.describe(page)));
    }

    CompletionStage<byte[]> commit(Fields fields) {
        String bucket = fields.requireText("bucket");
        List<KeyValueOperation> operations = KeyValueForm.operations(fields, clock.instant());
        fields.done();
        return session.keyValues()
                .commit(bucket, operations)
                .thenApply(done -> Cbor.encode(KeyValueForm.describe(done)));
    }
}
