package io.patchbay.protocol.rest;

import io.patchbay.api.document.CollectionInfo;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.RuleCase;
import io.patchbay.api.document.RuleForm;
import io.patchbay.api.document.Rules;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Rules that are tried out before they count. */
final class RuleRoutes {
    private final Rules rules;
    private final OperatorThreads operators;

    RuleRoutes(Rules rules, OperatorThreads operators) {
        this.rules = rules;
        this.operators = operators;
    }

    CompletionStage<HttpResponse> check(Call call) {
        Fields fields = call.fields();
        Map<String, String> texts = RuleForm.rules(fields.requireStruct("rules"));
        fields.done();
        return operators.call(() -> {
            rules.check(texts);
            return Answer.json(200, Value.struct("valid", Value.TRUE));
        });
    }

    /** The rules are those of the body, else those that the collection has now. */
    CompletionStage<HttpResponse> test(Call call) {
        Fields fields = call.fields();
        Optional<Map<String, String>> inline = fields.findStruct("rules").map(RuleForm::rules);
        Optional<String> collection = fields.findText("collection");
        List<RuleCase> cases = RuleForm.cases(fields);
        fields.done();
        if (inline.isPresent()) {
            return test(collection.orElse(""), inline.get(), cases);
        }
        String name = collection.orElseThrow(() ->
                fields.refused("rules", "'rules' or the 'collection' whose rules are meant is missing in the body."));
        return call.collections()
                .get(name)
                .thenApply(CollectionInfo::definition)
                .thenCompose(definition -> test(name, definition.rules(), cases));
    }

    private CompletionStage<HttpResponse> test(String collection, Map<String, String> texts, List<RuleCase> cases) {
        return operators.call(() -> Answer.json(200, RuleForm.describe(rules.test(collection, texts, cases))));
    }
}
