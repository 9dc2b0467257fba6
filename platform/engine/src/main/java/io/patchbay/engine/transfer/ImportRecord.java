package io.patchbay.engine.transfer;

import io.patchbay.api.document.Value;
import io.patchbay.api.transfer.ImportState;
import io.patchbay.engine.collections.CollectionEntry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** An import's state as a document of the node's own. */
final class ImportRecord {
    private ImportRecord() {}

    /** By the collection's internal id: a collection that was made anew under the same name has no imports. */
    static String id(CollectionEntry collection, String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return collection.id() + "-" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    static Value.Struct of(CollectionEntry collection, String name, ImportState state) {
        Map<String, Value> fields = new LinkedHashMap<>();
        fields.put("collection", Value.of(collection.name()));
        fields.put("name", Value.of(name));
        fields.put("options", Value.of(state.options()));
        fields.put("rows", Value.of(state.rows()));
        fields.put("digest", Value.of(state.digest()));
        fields.put("written", Value.of(state.written()));
        fields.put("skipped", Value.of(state.skipped()));
        fields.put("startedAtMs", Value.of(state.startedAt().toEpochMilli()));
        state.endedAt().ifPresent(end -> fields.put("endedAtMs", Value.of(end.toEpochMilli())));
        return new Value.Struct(fields);
    }

    static ImportState read(Value.Struct record) {
        return new ImportState(
                record.findText("options").orElseThrow(),
                record.findInt("rows").orElseThrow(),
                record.findText("digest").orElseThrow(),
                record.findInt("written").orElseThrow(),
                record.findInt("skipped").orElseThrow(),
                Instant.ofEpochMilli(record.findInt("startedAtMs").orElseThrow()),
                record.findInt("endedAtMs").map(Instant::ofEpochMilli));
    }
}
