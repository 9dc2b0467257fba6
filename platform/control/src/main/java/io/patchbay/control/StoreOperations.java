package io.patchbay.control;

import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.migration.StoreDifference;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.migration.StoreVerification;
import io.patchbay.api.migration.Stores;
import io.patchbay.api.plugin.Job;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Stores and their swaps. */
final class StoreOperations {
    private static final int LISTED = 100;
    private static final int MOST_LISTED = 1_000;

    private final NodeServices services;

    StoreOperations(NodeServices services) {
        this.services = services;
    }

    Map<String, ControlOperation> all() {
        return Map.of(
                "store.list",
                this::list,
                "store.swap",
                this::swap,
                "store.rollback",
                this::rollBack,
                "store.drop",
                this::drop,
                "store.verify",
                this::verify);
    }

    private Value list(Fields fields, ControlOperation.Messages messages) {
        fields.done();
        return with(stores -> new Value.Array(
                stores.list().stream().map(StoreOperations::value).toList()));
    }

    private Value swap(Fields fields, ControlOperation.Messages messages) throws IOException {
        String name = fields.requireText("name");
        String adapter = fields.requireText("to");
        Map<String, String> settings = settings(fields);
        boolean plaintext = fields.findBool("plaintext").orElse(false);
        fields.done();
        Job job = with(stores -> stores.swap(name, adapter, settings, plaintext));
        return JobProgress.follow(job, messages);
    }

    /** Texts by name; empty if they are left out. */
    private static Map<String, String> settings(Fields fields) {
        Map<String, String> settings = new LinkedHashMap<>();
        fields.findStruct("set").ifPresent(set -> {
            Fields texts = Fields.of("'set'", set);
            texts.names().forEach(name -> settings.put(name, texts.requireText(name)));
        });
        return settings;
    }

    private Value rollBack(Fields fields, ControlOperation.Messages messages) throws IOException {
        String name = fields.requireText("name");
        fields.done();
        Job job = with(stores -> stores.rollBack(name));
        return JobProgress.follow(job, messages);
    }

    private Value drop(Fields fields, ControlOperation.Messages messages) {
        String name = fields.requireText("name");
        fields.done();
        return with(stores -> {
            stores.drop(name);
            return Value.Struct.EMPTY;
        });
    }

    /** The job's end, with what it has found. */
    private Value verify(Fields fields, ControlOperation.Messages messages) throws IOException {
        String name = fields.requireText("name");
        Optional<String> against = fields.findText("against");
        int limit =
                fields.findInt("limit", 0, MOST_LISTED).orElse((long) LISTED).intValue();
        fields.done();
        Job job = with(stores -> stores.verify(name, against));
        Map<String, Value> ended = new LinkedHashMap<>(((Value.Struct) JobProgress.follow(job, messages)).fields());
        with(stores -> stores.findVerification(name, 0, limit))
                .filter(found -> found.job().equals(job.id()))
                .ifPresent(found -> ended.putAll(value(found).fields()));
        return new Value.Struct(ended);
    }

    private static Value.Struct value(StoreVerification found) {
        return Value.struct(
                "serving", Value.of(found.serving()),
                "other", Value.of(found.other()),
                "position", Value.of(found.position()),
                "tookMs", Value.of(found.took().toMillis()),
                "rows", Value.of(found.rows()),
                "differences", Value.of(found.differences()),
                "listed",
                        new Value.Array(found.listed().stream()
                                .map(StoreOperations::value)
                                .toList()));
    }

    private static Value value(StoreDifference difference) {
        return Value.struct(
                "table", Value.of(difference.table()),
                "collection", Value.of(difference.collection()),
                "id", Value.of(difference.id()),
                "revision", Value.of(difference.revision()),
                "differs", Value.texts(difference.differs()));
    }

    private <T> T with(Function<Stores, T> work) {
        return services.with(Stores.class, "stores", work);
    }

    private static Value value(StoreInfo store) {
        Map<String, Value> fields = new LinkedHashMap<>();
        fields.put("name", Value.of(store.name()));
        fields.put("state", Value.of(store.state()));
        fields.put("adapter", Value.of(store.adapter()));
        fields.put("sealed", Value.of(store.sealed()));
        fields.put("documents", Value.of(store.documents()));
        fields.put("position", Value.of(store.position()));
        store.follower().ifPresent(follower -> {
            fields.put("follower", Value.of(follower));
            fields.put("followerLag", Value.of(store.followerLag()));
        });
        store.fault().ifPresent(fault -> fields.put("fault", Value.of(fault)));
        return new Value.Struct(fields);
    }
}
