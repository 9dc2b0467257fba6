package io.patchbay.protocol.rest;

import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.CollectionForm;
import io.patchbay.api.document.Fields;
import io.patchbay.api.http.HttpResponse;
import java.util.concurrent.CompletionStage;

/** Collections, for admins alone. */
final class CollectionRoutes {
    CompletionStage<HttpResponse> list(Call call) {
        return call.collections().list().thenApply(all -> Answer.list(all, CollectionForm::describe));
    }

    CompletionStage<HttpResponse> get(Call call) {
        return call.collections()
                .get(call.path("c"))
                .thenApply(found -> Answer.json(200, CollectionForm.describe(found)));
    }

    CompletionStage<HttpResponse> create(Call call) {
        Fields fields = call.fields();
        CollectionDefinition definition = CollectionForm.read(fields.requireText("name"), fields);
        return call.collections()
                .create(definition)
                .thenApply(created -> Answer.json(201, CollectionForm.describe(created))
                        .with(
                                "Location",
                                "/api/v1/collections/"
                                        + Text.segment(created.definition().name())));
    }

    CompletionStage<HttpResponse> update(Call call) {
        Fields fields = call.fields();
        String name = call.path("c");
        fields.findText("name").filter(other -> !other.equals(name)).ifPresent(other -> {
            throw fields.refused("name", "A collection can't be renamed; 'name' must be as in the path or left out.");
        });
        return call.collections()
                .update(CollectionForm.read(name, fields))
                .thenApply(updated -> Answer.json(200, CollectionForm.describe(updated)));
    }

    CompletionStage<HttpResponse> delete(Call call) {
        return call.collections().delete(call.path("c")).thenApply(done -> HttpResponse.empty(204));
    }
}
