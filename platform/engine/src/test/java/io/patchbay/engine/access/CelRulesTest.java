package io.patchbay.engine.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.RuleForm;
import io.patchbay.api.document.RuleVerdict;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CelRulesTest {
    private static final Map<String, String> NOTES = Map.of(
            "list", "doc.public == true || doc.owner == auth.id",
            "create", "after.owner == auth.id",
            "update", "before.owner == auth.id && after.owner == before.owner",
            "delete", "doc.owner == auth.id && doc.meta.id != 'keep'");

    private final CelRules rules = new CelRules();

    @Test
    void whatIsVisibleIsComparedByIds() {
        RuleVerdict verdict = one("{'action':'list','auth':{'id':'ann'},'documents':{"
                + "'a':{'owner':'ann'},'b':{'owner':'bob'},'c':{'owner':'bob','public':true}},'visible':['a','b']}");
        assertThat(verdict.passed()).isFalse();
        assertThat(verdict.missing()).containsExactly("b");
        assertThat(verdict.unexpected()).containsExactly("c");
        assertThat(verdict.expected()).isEqualTo("a, b");
        assertThat(verdict.actual()).isEqualTo("a, c");
    }

    @Test
    void changesAreJudgedAsTheCommitterWould() {
        assertPasses("{'action':'create','auth':{'id':'ann'},'doc':{'owner':'ann'},'expect':'allow'}");
        assertPasses("{'action':'create','doc':{'owner':'ann'},'expect':'deny'}");
        assertPasses("{'action':'update','auth':{'id':'ann'},'before':{'owner':'ann'},'after':{'owner':'ann','n':1},"
                + "'expect':'allow'}");
        assertPasses("{'action':'update','auth':{'id':'ann'},'before':{'owner':'ann'},'after':{'owner':'bob'},"
                + "'expect':'deny'}");
        assertPasses(
                "{'action':'delete','auth':{'id':'ann'},'doc':{'owner':'ann','meta':{'id':'keep'}},'expect':'deny'}");
        assertPasses(
                "{'action':'delete','auth':{'id':'ann'},'doc':{'owner':'ann','meta':{'id':'go'}},'expect':'allow'}");
    }

    @Test
    void anActionWithoutARuleIsForAdminsAlone() {
        assertPasses("{'action':'read','auth':{'id':'ann'},'doc':{'owner':'ann'},'expect':'deny'}");
        assertPasses("{'action':'read','auth':{'id':'root','role':'admin'},'doc':{'owner':'ann'},'expect':'allow'}");
        assertThat(one("{'action':'read','doc':{},'expect':'allow'}").rule()).isEmpty();
    }

    @Test
    void aRuleThatCannotBeCompiledIsRefusedWithItsPlace() {
        PatchbayException refusal = catchThrowableOfType(
                PatchbayException.class, () -> rules.check(Map.of("update", "before.owner == auth.id\n  && owner")));
        assertThat(refusal.code()).isEqualTo(ErrorCode.RULE_INVALID);
        assertThat(refusal.details())
                .containsEntry("action", "update")
                .containsEntry("line", 2L)
                .containsEntry("column", 6L);
    }

    private void assertPasses(String json) {
        assertThat(one(json).passed()).as(json).isTrue();
    }

    @Test
    void anUnknownFieldOfACaseIsNamedBeforeWhatIsMissing() {
        assertThatThrownBy(() -> one("{'action':'list','document':{'a':{}},'visible':['a']}"))
                .hasMessage("There is no field 'document' in case 1. Did you mean 'documents'?");
    }

    private RuleVerdict one(String json) {
        byte[] body = ("{'cases':[" + json + "]}").replace((char) 39, '"').getBytes(StandardCharsets.UTF_8);
        List<RuleVerdict> verdicts = rules.test("notes", NOTES, RuleForm.cases(Fields.of("it", Json.decode(body))));
        assertThat(verdicts).hasSize(1);
        return verdicts.get(0);
    }
}
