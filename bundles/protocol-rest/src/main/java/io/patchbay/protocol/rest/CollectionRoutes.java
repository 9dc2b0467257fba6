package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.CollectionInfo;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.RuleForm;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.query.SortField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Collections; that only admins get at them is the session's affair. */
final class CollectionRoutes {
    CompletionStage<HttpResponse> list(Call call) {
        return call.collections().list().thenApply(all -> Answer.list(all, CollectionRoutes::describe));
    }

    CompletionStage<HttpResponse> get(Call call) {
        return call.collections().get(call.path("c")).thenApply(found -> Answer.json(200, describe(found)));
    }

    CompletionStage<HttpResponse> create(Call call) {
        Fields fields = call.fields();
        CollectionDefinition definition = read(fields.requireText("name"), fields);
        return call.collections()
                .create(definition)
                .thenApply(created -> Answer.json(201, describe(created))
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
        return call.collections().update(read(name, fields)).thenApply(updated -> Answer.json(200, describe(updated)));
    }

    CompletionStage<HttpResponse> delete(Call call) {
        return call.collections().delete(call.path("c")).thenApply(done -> HttpResponse.empty(204));
    }

    private static CollectionDefinition read(String name, Fields fields) {
        List<IndexDefinition> indexes = new ArrayList<>();
        fields.findArray("indexes").orElse(List.of()).forEach(index -> indexes.add(index(index)));
        Map<String, String> rules =
                fields.findStruct("rules").map(RuleForm::rules).orElse(Map.of());
        fields.done();
        return new CollectionDefinition(name, indexes, rules);
    }

    /** A field, or several in order. */
    private static IndexDefinition index(Value index) {
        if (index instanceof Value.Text field) {
            return new IndexDefinition(List.of(indexField(field.value())));
        }
        if (index instanceof Value.Array several
                && !several.items().isEmpty()
                && several.items().stream().allMatch(Value.Text.class::isInstance)) {
            return new IndexDefinition(several.items().stream()
                    .map(field -> indexField(((Value.Text) field).value()))
                    .toList());
        }
        throw invalidIndex(
                "An index is a field such as \"population\", or an array of them such as [\"country\", \"-population\"].");
    }

    private static SortField indexField(String text) {
        try {
            return SortField.parse(text);
        } catch (PatchbayException e) {
            throw invalidIndex(e.getMessage());
        }
    }

    private static PatchbayException invalidIndex(String sentence) {
        return new PatchbayException(ErrorCode.INDEX_INVALID, sentence, Map.of("field", "indexes"));
    }

    private static Value.Struct describe(CollectionInfo info) {
        CollectionDefinition definition = info.definition();
        List<Value> indexes =
                definition.indexes().stream().map(CollectionRoutes::describe).toList();
        return Value.struct(
                "name",
                Value.of(definition.name()),
                "indexes",
                new Value.Array(indexes),
                "rules",
                RuleForm.describe(definition.rules()));
    }

    private static Value describe(IndexDefinition index) {
        List<String> fields = index.fields().stream().map(SortField::toString).toList();
        return fields.size() == 1 ? Value.of(fields.get(0)) : Value.texts(fields);
    }
}
