package io.patchbay.engine.collections;

import io.patchbay.api.document.CollectionDefinition;
import io.patchbay.api.document.CollectionInfo;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.SortField;
import io.patchbay.engine.access.AccessRules;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a definition is written as a document of {@link SystemCollection#COLLECTIONS}: the name is the id. */
final class DefinitionRecord {
    private DefinitionRecord() {}

    static Value.Struct write(CollectionInfo info, boolean deleting) {
        Map<String, Value> rules = new LinkedHashMap<>();
        info.definition().rules().forEach((action, rule) -> rules.put(action, Value.of(rule)));
        List<String> indexes = info.definition().indexes().stream()
                .map(IndexDefinition::toString)
                .toList();
        return Value.struct(
                "id", Value.of(info.id()),
                "indexes", Value.texts(indexes),
                "rules", new Value.Struct(rules),
                "deleting", Value.of(deleting));
    }

    static CollectionEntry read(StoredDocument document) {
        Value.Struct data = document.data();
        Map<String, String> rules = new LinkedHashMap<>();
        if (data.fields().get("rules") instanceof Value.Struct struct) {
            struct.fields().forEach((action, rule) -> rules.put(action, ((Value.Text) rule).value()));
        }
        List<IndexDefinition> indexes = List.of();
        if (data.fields().get("indexes") instanceof Value.Array array) {
            indexes = array.items().stream()
                    .map(text -> index(((Value.Text) text).value()))
                    .toList();
        }
        CollectionDefinition definition = new CollectionDefinition(document.id(), indexes, rules);
        CollectionInfo info = new CollectionInfo(definition, data.findInt("id").orElseThrow());
        boolean deleting = Value.TRUE.equals(data.fields().get("deleting"));
        return new CollectionEntry(
                info, document.revision(), new AccessRules(document.id(), definition.rules()), deleting);
    }

    private static IndexDefinition index(String text) {
        return new IndexDefinition(
                Arrays.stream(text.split(",")).map(SortField::parse).toList());
    }
}
