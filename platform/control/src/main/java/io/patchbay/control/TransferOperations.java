package io.patchbay.control;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CborWriter;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.transfer.Export;
import io.patchbay.api.transfer.ImportChunk;
import io.patchbay.api.transfer.ImportOutcome;
import io.patchbay.api.transfer.ImportRow;
import io.patchbay.api.transfer.ImportState;
import io.patchbay.api.transfer.Transfers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Imports, a chunk a request, and exports, a message for so many documents. */
final class TransferOperations {
    /** Bytes of documents in a message, unless one has more. */
    static final int MESSAGE_BYTES = 1 << 20;

    private static final String COLLECTION = "collection";
    private static final String NAME = "name";

    private final NodeServices services;

    TransferOperations(NodeServices services) {
        this.services = services;
    }

    Map<String, ControlOperation> all() {
        return Map.of(
                "import.find", this::findImport,
                "import.begin", this::beginImport,
                "import.write", this::write,
                "documents.present", this::findPresent,
                "export", this::export);
    }

    private Value findImport(Fields fields, ControlOperation.Messages messages) {
        String collection = fields.requireText(COLLECTION);
        String name = fields.requireText(NAME);
        fields.done();
        return services.with(
                Transfers.class,
                "documents",
                transfers -> transfers
                        .findImport(collection, name)
                        .map(state -> Value.struct("state", describe(state)))
                        .orElse(Value.Struct.EMPTY));
    }

    private Value beginImport(Fields fields, ControlOperation.Messages messages) {
        String collection = fields.requireText(COLLECTION);
        String name = fields.requireText(NAME);
        String options = fields.requireText("options");
        fields.done();
        return services.with(
                Transfers.class,
                "documents",
                transfers -> Value.struct("state", describe(transfers.beginImport(collection, name, options))));
    }

    private Value write(Fields fields, ControlOperation.Messages messages) {
        ImportChunk chunk = new ImportChunk(
                fields.requireText(COLLECTION),
                fields.requireText(NAME),
                fields.requireInt("after", 0, Long.MAX_VALUE),
                fields.requireInt("through", 0, Long.MAX_VALUE),
                fields.requireText("digest"),
                fields.requireArray("rows").stream()
                        .map(TransferOperations::row)
                        .toList(),
                fields.findBool("replace").orElse(false),
                fields.requireInt("skipped", 0, Long.MAX_VALUE),
                fields.findBool("last").orElse(false));
        fields.done();
        return services.with(Transfers.class, "documents", transfers -> describe(transfers.write(chunk)));
    }

    private Value findPresent(Fields fields, ControlOperation.Messages messages) {
        String collection = fields.requireText(COLLECTION);
        List<String> ids =
                fields.requireArray("ids").stream().map(TransferOperations::id).toList();
        fields.done();
        return services.with(Transfers.class, "documents", transfers -> places(transfers.findPresent(collection, ids)));
    }

    private static String id(Value id) {
        if (id instanceof Value.Text text) {
            return text.value();
        }
        throw new PatchbayException(ErrorCode.BAD_REQUEST, "An id is a text.");
    }

    private static Value places(List<Integer> places) {
        return new Value.Array(
                places.stream().map(place -> Value.of((long) place)).toList());
    }

    /** {@code [id or null, data]}. */
    private static ImportRow row(Value row) {
        if (row instanceof Value.Array array
                && array.items().size() == 2
                && array.items().get(1) instanceof Value.Struct data) {
            Value id = array.items().get(0);
            if (id instanceof Value.Text text) {
                return new ImportRow(Optional.of(text.value()), data);
            }
            if (id instanceof Value.Null) {
                return new ImportRow(Optional.empty(), data);
            }
        }
        throw new PatchbayException(ErrorCode.BAD_REQUEST, "A row is an array of an id or null, and a map.");
    }

    private static Value.Struct describe(ImportOutcome outcome) {
        if (outcome instanceof ImportOutcome.Written written) {
            return Value.struct(
                    "state",
                    describe(written.state()),
                    "position",
                    Value.of(written.position().toString()));
        }
        if (outcome instanceof ImportOutcome.Refused refused) {
            return Value.struct("refused", reasons(refused.rows()));
        }
        ImportOutcome.Present present = (ImportOutcome.Present) outcome;
        return Value.struct("present", places(present.rows()));
    }

    /** {@code [[place, why], ...]}. */
    private static Value reasons(Map<Integer, String> rows) {
        List<Value> reasons = new ArrayList<>(rows.size());
        rows.forEach((place, why) -> reasons.add(Value.array(Value.of((long) place), Value.of(why))));
        return new Value.Array(reasons);
    }

    private static Value.Struct describe(ImportState state) {
        Map<String, Value> fields = new LinkedHashMap<>();
        fields.put("options", Value.of(state.options()));
        fields.put("rows", Value.of(state.rows()));
        fields.put("digest", Value.of(state.digest()));
        fields.put("written", Value.of(state.written()));
        fields.put("skipped", Value.of(state.skipped()));
        fields.put("startedAt", Value.of(state.startedAt().toString()));
        state.endedAt().ifPresent(end -> fields.put("endedAt", Value.of(end.toString())));
        return new Value.Struct(fields);
    }

    /** Slow clients hold it up: nothing is read ahead of what could be sent. */
    private Value export(Fields fields, ControlOperation.Messages messages) {
        String collection = fields.requireText(COLLECTION);
        Optional<String> filter = fields.findText("filter");
        fields.done();
        return services.with(Transfers.class, "documents", transfers -> {
            try (Export export = transfers.openExport(collection, filter)) {
                String position = export.position().toString();
                messages.send(Value.struct("started", Value.of(position)));
                return Value.struct("position", Value.of(position), "documents", Value.of(send(export, messages)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static long send(Export export, ControlOperation.Messages messages) throws IOException {
        long sent = 0;
        Runnable alive = alive(messages);
        for (List<Document> page = export.next(alive); !page.isEmpty(); page = export.next(alive)) {
            List<Document> message = new ArrayList<>();
            int bytes = 0;
            for (Document document : page) {
                int length = document.stored().body().length;
                if (!message.isEmpty() && bytes + length > MESSAGE_BYTES) {
                    messages.send(encode(message));
                    message.clear();
                    bytes = 0;
                }
                message.add(document);
                bytes += length;
            }
            messages.send(encode(message));
            sent += page.size();
        }
        return sent;
    }

    /** Says from time to time that a filter is still looking. */
    private static Runnable alive(ControlOperation.Messages messages) {
        long[] toldNanos = {System.nanoTime()};
        return () -> {
            if (System.nanoTime() - toldNanos[0] > WatchOperation.SILENCE.toNanos()) {
                toldNanos[0] = System.nanoTime();
                try {
                    messages.send(Value.struct("alive", Value.TRUE));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    /** {@code {"documents": [[id, data], ...]}}, the bodies as they are stored. */
    private static byte[] encode(List<Document> documents) {
        CborWriter writer = new CborWriter().startMap(1).text("documents").startArray(documents.size());
        for (Document document : documents) {
            writer.startArray(2).text(document.id()).raw(document.stored().body());
        }
        return writer.toByteArray();
    }
}
