package io.patchbay.control;

import static io.patchbay.control.NodeServices.await;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.CollectionForm;
import io.patchbay.api.document.CollectionInfo;
import io.patchbay.api.document.Collections;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.RuleCase;
import io.patchbay.api.document.RuleForm;
import io.patchbay.api.document.Rules;
import io.patchbay.api.document.Value;
import io.patchbay.api.protocol.Session;
import io.patchbay.api.protocol.Sessions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Collections and their rules, for an operator. */
final class CollectionOperations {
    private static final String NAME = "name";

    private final NodeServices services;

    CollectionOperations(NodeServices services) {
        this.services = services;
    }

    Map<String, ControlOperation> all() {
        return Map.of(
                "collection.list", this::list,
                "collection.info", this::info,
                "collection.create", this::create,
                "collection.update", this::update,
                "collection.delete", this::delete,
                "rules.test", this::testRules);
    }

    private Value list(Fields fields, ControlOperation.Messages messages) {
        fields.done();
        return with(collections -> new Value.Array(await(collections.list()).stream()
                .<Value>map(CollectionForm::describe)
                .toList()));
    }

    private Value info(Fields fields, ControlOperation.Messages messages) {
        String name = fields.requireText(NAME);
        fields.done();
        return with(collections -> CollectionForm.describe(await(collections.get(name))));
    }

    private Value create(Fields fields, ControlOperation.Messages messages) {
        String name = fields.requireText(NAME);
        Value.Struct definition = fields.requireStruct("definition");
        fields.done();
        return with(collections ->
                CollectionForm.describe(await(collections.create(CollectionForm.read(name, definition(definition))))));
    }

    private Value update(Fields fields, ControlOperation.Messages messages) {
        String name = fields.requireText(NAME);
        Value.Struct definition = fields.requireStruct("definition");
        fields.done();
        return with(collections ->
                CollectionForm.describe(await(collections.update(CollectionForm.read(name, definition(definition))))));
    }

    private Value delete(Fields fields, ControlOperation.Messages messages) {
        String name = fields.requireText(NAME);
        fields.done();
        return with(collections -> {
            await(collections.delete(name));
            return Value.Struct.EMPTY;
        });
    }

    /** The rules are those of the request, else those that the collection has now. */
    private Value testRules(Fields fields, ControlOperation.Messages messages) {
        Optional<Value.Struct> inline = fields.findStruct("rules");
        Optional<String> collection = fields.findText("collection");
        // The cases are no deeper in the request than they are in a body of HTTP, so that every document fits.
        List<RuleCase> cases = RuleForm.cases(fields);
        fields.done();
        Map<String, String> rules = inline.isPresent()
                ? RuleForm.rules(inline.get())
                : rulesOf(collection.orElseThrow(() -> fields.refused(
                        "rules", "The request needs 'rules', or the 'collection' whose rules are meant.")));
        return services.with(
                Rules.class,
                "access rules",
                service -> RuleForm.describe(service.test(collection.orElse(""), rules, cases)));
    }

    private Map<String, String> rulesOf(String collection) {
        CollectionInfo info = with(collections -> await(collections.get(collection)));
        return info.definition().rules();
    }

    private static Fields definition(Value.Struct definition) {
        return Fields.of("the collection", definition);
    }

    private <T> T with(Function<Collections, T> work) {
        return services.with(Sessions.class, "documents", sessions -> {
            try (Session session = sessions.open(Identity.SYSTEM)) {
                return work.apply(session.collections());
            }
        });
    }
}
