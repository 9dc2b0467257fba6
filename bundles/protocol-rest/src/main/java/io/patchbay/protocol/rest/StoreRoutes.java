package io.patchbay.protocol.rest;

import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.migration.Stores;
import io.patchbay.api.plugin.Providers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The node's stores, and the swap of what serves them. */
final class StoreRoutes {
    private final Stores stores;
    private final Providers providers;
    private final OperatorThreads operators;

    StoreRoutes(Stores stores, Providers providers, OperatorThreads operators) {
        this.stores = stores;
        this.providers = providers;
        this.operators = operators;
    }

    CompletionStage<HttpResponse> list(Call call) {
        return operators.call(stores::list).thenApply(all -> Answer.list(all, this::describe));
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

    /** With the adapters that are there, to choose from. */
    private Value.Struct describe(StoreInfo store) {
        return Value.struct(
                "name", Value.of(store.name()),
                "state", Value.of(store.state()),
                "adapter", Value.of(store.adapter()),
                "documents", Value.of(store.documents()),
                "position", Value.of(store.position()),
                "follower", store.follower().map(Value::of).orElse(Value.NULL),
                "followerLag", Value.of(store.followerLag()),
                "adapters", Value.texts(providers.names(DocumentStoreFactory.class)),
                "fault", store.fault().map(Value::of).orElse(Value.NULL));
    }
}
