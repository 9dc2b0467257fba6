package io.patchbay.control;

import static io.patchbay.control.NodeServices.await;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueForm;
import io.patchbay.api.kv.KeyValueListRequest;
import io.patchbay.api.kv.KeyValueOperation;
import io.patchbay.api.kv.KeyValues;
import io.patchbay.api.protocol.Session;
import io.patchbay.api.protocol.Sessions;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Keys and values, for an operator. A value is base64 in one message, so larger ones go over HTTP. */
final class KeyValueOperations {
    private static final String BUCKET = "bucket";
    /** What fits into an answer as base64. */
    private static final int VALUE_BYTES_MAX = Frames.REPLY_BYTES_MAX / 4 * 3 - (64 << 10);

    private final NodeServices services;
    private final Clock clock = Clock.systemUTC();

    KeyValueOperations(NodeServices services) {
        this.services = services;
    }

    Map<String, ControlOperation> all() {
        return Map.of(
                "kv.buckets", this::buckets,
                "kv.define", this::define,
                "kv.drop", this::drop,
                "kv.get", this::get,
                "kv.list", this::list,
                "kv.commit", this::commit);
    }

    private Value buckets(Fields fields, ControlOperation.Messages messages) {
        fields.done();
        return with(keyValues -> new Value.Array(await(keyValues.buckets()).stream()
                .<Value>map(KeyValueForm::describe)
                .toList()));
    }

    private Value define(Fields fields, ControlOperation.Messages messages) {
        String bucket = fields.requireText(BUCKET);
        Value.Struct definition = fields.requireStruct("definition");
        fields.done();
        return with(keyValues -> KeyValueForm.describe(
                await(keyValues.define(KeyValueForm.bucket(bucket, Fields.of("the bucket", definition))))));
    }

    private Value drop(Fields fields, ControlOperation.Messages messages) {
        String bucket = fields.requireText(BUCKET);
        fields.done();
        return with(keyValues -> {
            await(keyValues.drop(bucket));
            return Value.Struct.EMPTY;
        });
    }

    private Value get(Fields fields, ControlOperation.Messages messages) {
        String bucket = fields.requireText(BUCKET);
        String key = fields.requireText("key");
        fields.done();
        KeyValueEntry entry = with(keyValues -> await(keyValues.get(bucket, key)));
        if (entry.value().length > VALUE_BYTES_MAX) {
            throw new PatchbayException(
                    ErrorCode.TOO_LARGE,
                    "The value has " + entry.value().length + " bytes, more than fits here: read it over HTTP.");
        }
        return KeyValueForm.describe(entry);
    }

    private Value list(Fields fields, ControlOperation.Messages messages) {
        KeyValueListRequest request = new KeyValueListRequest(
                fields.requireText(BUCKET),
                fields.findText("prefix").orElse(""),
                fields.findText("start"),
                fields.findText("end"),
                fields.findInt("limit", 1, Limits.LIST_MAX)
                        .orElse((long) Limits.LIST_DEFAULT)
                        .intValue(),
                fields.findText("cursor"),
                false);
        fields.done();
        return with(keyValues -> KeyValueForm.describe(await(keyValues.list(request))));
    }

    private Value commit(Fields fields, ControlOperation.Messages messages) {
        String bucket = fields.requireText(BUCKET);
        List<KeyValueOperation> operations = KeyValueForm.operations(fields, clock.instant());
        fields.done();
        return with(keyValues -> KeyValueForm.describe(await(keyValues.commit(bucket, operations))));
    }

    private <T> T with(Function<KeyValues, T> work) {
        return services.with(Sessions.class, "keys and values", sessions -> {
            try (Session session = sessions.open(Identity.SYSTEM)) {
                return work.apply(session.keyValues());
            }
        });
    }
}
