package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.migration.StoreDifference;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.migration.StoreVerification;
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
        boolean plaintext = fields.findBool("plaintext").orElse(false);
        fields.done();
        return operators
                .call(() -> stores.swap(call.path("name"), adapter, settings, plaintext))
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

    CompletionStage<HttpResponse> verify(Call call) {
        return operators
                .call(() -> stores.verify(call.path("name"), call.query("against")))
                .thenApply(Answer::accepted);
    }

    /** What the last one found, its differences a page at a time. */
    CompletionStage<HttpResponse> verification(Call call) {
        String name = call.path("name");
        int limit = call.limit();
        long skip = call.query("cursor").map(StoreRoutes::skip).orElse(0L);
        return operators.call(() -> stores.findVerification(name, skip, limit)
                .map(found -> Answer.json(200, describe(found, skip)))
                .orElseThrow(() -> new PatchbayException(
                        ErrorCode.NOT_FOUND,
                        "The store '" + name + "' was not verified since the node started: POST .../verify does it.")));
    }

    private static long skip(String cursor) {
        try {
            long skip = Long.parseLong(cursor);
            if (skip >= 0) {
                return skip;
            }
        } catch (NumberFormatException e) {
            // Answered below, as every other cursor that this route has not given.
        }
        throw new PatchbayException(
                ErrorCode.CURSOR_INVALID, "That is no cursor; use one that an earlier answer gave.");
    }

    private static Value.Struct describe(StoreVerification found, long skip) {
        long shown = skip + found.listed().size();
        return Value.struct(
                "job", Value.of(found.job()),
                "serving", Value.of(found.serving()),
                "other", Value.of(found.other()),
                "position", Value.of(found.position()),
                "ended", Value.of(found.ended().toString()),
                "tookMs", Value.of(found.took().toMillis()),
                "rows", Value.of(found.rows()),
                "differences", Value.of(found.differences()),
                "items",
                        new Value.Array(found.listed().stream()
                                .<Value>map(StoreRoutes::describe)
                                .toList()),
                "next",
                        shown < found.differences() && !found.listed().isEmpty()
                                ? Value.of(Long.toString(shown))
                                : Value.NULL);
    }

    private static Value.Struct describe(StoreDifference difference) {
        return Value.struct(
                "table", Value.of(difference.table()),
                "collection", Value.of(difference.collection()),
                "id", Value.of(difference.id()),
                "revision", Value.of(difference.revision()),
                "differs", Value.texts(difference.differs()));
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
                "sealed", Value.of(store.sealed()),
                "documents", Value.of(store.documents()),
                "position", Value.of(store.position()),
                "follower", store.follower().map(Value::of).orElse(Value.NULL),
                "followerLag", Value.of(store.followerLag()),
                "adapters", Value.texts(providers.names(DocumentStoreFactory.class)),
                "fault", store.fault().map(Value::of).orElse(Value.NULL));
    }
}
