package io.patchbay.protocol.rest;

import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.migration.Stores;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The node's stores, and the swap of what serves them. */
final class StoreRoutes {
    private final Stores stores;
    private final OperatorThreads operators;

    StoreRoutes(Stores stores, OperatorThreads operators) {
        this.stores = stores;
        this.operators = operators;
    }

    CompletionStage<HttpResponse> list(Call call) {
        return operators.call(stores::list).thenApply(all -> Answer.list(all, StoreRoutes::describe));
    }

    CompletionStage<HttpResponse> swap(Call call) {
        Fields fields = call.fields();
        String adapter = fields.requireText("adapter");
        Map<String, String> settings = settings(fields);
        fields.done();
        return operators
                .call(() -> stores.swap(call.path("name"), adapter, settings))
                .thenApply(Answer::accepted);
    }

    CompletionStage<HttpResponse> rollBack(Call call) {
        return operators.call(() -> stores.rollBack(call.path("name"))).thenApply(Answer::accepted);
    }

    CompletionStage<HttpResponse> drop(Call call) {
        return operators.call(() -> {
            stores.drop(call.path("name"));
            return HttpResponse.empty(204);
        });
    }

    private static Map<String, String> settings(Fields fields) {
        Map<String, String> settings = new LinkedHashMap<>();
        fields.findStruct("settings")
                .ifPresent(struct -> struct.fields().forEach((name, value) -> {
                    if (!(value instanceof Value.Text text)) {
                        throw fields.refused(
                                "settings." + Text.shortened(name),
                                "The setting '" + Text.shortened(name) + "' must be text.");
                    }
                    settings.put(name, text.value());
                }));
        return settings;
    }

    private static Value.Struct describe(StoreInfo store) {
        return Value.struct(
                "name", Value.of(store.name()),
                "state", Value.of(store.state()),
                "adapter", Value.of(store.adapter()),
                "documents", Value.of(store.documents()),
                "position", Value.of(store.position()),
                "follower", store.follower().map(Value::of).orElse(Value.NULL),
                "followerLag", Value.of(store.followerLag()),
                "fault", store.fault().map(Value::of).orElse(Value.NULL));
    }
}
