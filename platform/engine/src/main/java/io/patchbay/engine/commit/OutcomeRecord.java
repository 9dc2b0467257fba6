package io.patchbay.engine.commit;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.TransactionResult.Written;
import io.patchbay.api.document.Value;
import io.patchbay.api.feed.Position;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The result of a transaction as it is kept for retries: without the documents' data. */
final class OutcomeRecord {
    private OutcomeRecord() {}

    static byte[] encode(TransactionResult result) {
        List<Value> written = new ArrayList<>(result.written().size());
        for (Written one : result.written()) {
            written.add(Value.array(
                    Value.of(one.collection()),
                    Value.of(one.id()),
                    Value.of(one.revision()),
                    Value.of(one.updatedAt().toEpochMilli()),
                    Value.of(one.created()),
                    Value.of(one.deleted())));
        }
        return Cbor.encode(
                Value.struct("position", Value.of(result.position().toString()), "written", new Value.Array(written)));
    }

    static TransactionResult decode(byte[] record) {
        Value.Struct struct = (Value.Struct) Cbor.decode(record);
        Position position = Position.parse(struct.findText("position").orElseThrow());
        List<Written> written = new ArrayList<>();
        for (Value item : ((Value.Array) struct.fields().get("written")).items()) {
            List<Value> fields = ((Value.Array) item).items();
            written.add(new Written(
                    ((Value.Text) fields.get(0)).value(),
                    ((Value.Text) fields.get(1)).value(),
                    ((Value.Int) fields.get(2)).value(),
                    Instant.ofEpochMilli(((Value.Int) fields.get(3)).value()),
                    ((Value.Bool) fields.get(4)).value(),
                    ((Value.Bool) fields.get(5)).value(),
                    Optional.empty()));
        }
        return new TransactionResult(position, written, true);
    }
}
