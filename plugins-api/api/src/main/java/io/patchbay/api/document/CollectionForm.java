package io.patchbay.api.document;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.query.SortField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Collections as clients write them, the same in every protocol: {@code {"name":"cities","indexes":["population",["country","-population"]],"rules":{...}}}. */
public final class CollectionForm {
    private CollectionForm() {}

    /** {@code indexes?, rules?} RULE_INVALID, INDEX_INVALID, UNKNOWN_FIELD. */
    public static CollectionDefinition read(String name, Fields fields) {
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

    /** {@code name, indexes, rules}. */
    public static Value.Struct describe(CollectionInfo info) {
        CollectionDefinition definition = info.definition();
        List<Value> indexes =
                definition.indexes().stream().map(CollectionForm::describe).toList();
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
