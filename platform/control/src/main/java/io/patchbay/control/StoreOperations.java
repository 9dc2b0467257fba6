package io.patchbay.control;

import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.migration.Stores;
import io.patchbay.api.plugin.Job;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Stores and their swaps. */
final class StoreOperations {
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
                this::drop);
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
        fields.done();
        Job job = with(stores -> stores.swap(name, adapter, settings));
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

    private <T> T with(Function<Stores, T> work) {
        return services.with(Stores.class, "stores", work);
    }

    private static Value value(StoreInfo store) {
        Map<String, Value> fields = new LinkedHashMap<>();
        fields.put("name", Value.of(store.name()));
        fields.put("state", Value.of(store.state()));
        fields.put("adapter", Value.of(store.adapter()));
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
