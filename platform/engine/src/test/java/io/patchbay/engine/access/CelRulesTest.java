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
import io.patchbay.engine.testing.TestPlane;
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

    /** As the guard shows it: milliseconds since 1970; a case may say it as documents do on the wire. */
    @Test
    void aTimeInMetaIsATimeHoweverItIsWritten() {
        Map<String, String> young = Map.of(
                "read", "doc.meta.updatedAt > timestamp('2026-01-01T00:00:00Z')",
                "update",
                        "after.meta.updatedAt > before.meta.updatedAt && after.meta.revision == before.meta.revision");
        String read = "{'action':'read','doc':{'meta':{'updatedAt':%s}},'expect':'%s'}";
        for (String late : List.of("'2026-11-25T00:00:00Z'", "'2026-11-25T01:00:00+01:00'", "1795564800000")) {
            assertThat(one(young, read.formatted(late, "allow")).passed())
                    .as(late)
                    .isTrue();
        }
        for (String early : List.of("'2025-11-25T00:00:00Z'", "1", "-5")) {
            assertThat(one(young, read.formatted(early, "deny")).passed())
                    .as(early)
                    .isTrue();
        }
        // What is being written is of now, as when the guard looks at it.
        assertThat(one(young, "{'action':'update','doc':{},'before':{},'after':{'n':1},'expect':'allow'}")
                        .passed())
                .isTrue();
    }

    @Test
    void metaThatNoRuleCouldSeeIsRefusedWithItsPlace() {
        for (String[] given : new String[][] {
            {"'doc':{'meta':{'updatedAt':'yesterday'}}", "doc.meta.updatedAt"},
            {"'doc':{'meta':{'updatedAt':1.5}}", "doc.meta.updatedAt"},
            {"'doc':{'meta':{'updatedAt':null}}", "doc.meta.updatedAt"},
            {"'before':{'meta':{'revision':'3'}},'after':{}", "before.meta.revision"},
            {"'before':{'meta':{'revision':-1}},'after':{}", "before.meta.revision"},
            {"'before':{},'after':{'meta':{'id':7}}", "after.meta.id"},
            {"'before':{},'after':{'meta':{'revison':7}}", "after.meta.revison"},
            {"'before':{},'after':{'meta':'x'}", "after.meta"},
            {"'before':{'meta':{'id':'a'}},'after':{'meta':{'id':'b'}}", "after.meta.id"}
        }) {
            PatchbayException refusal = catchThrowableOfType(
                    PatchbayException.class, () -> one("{'action':'update'," + given[0] + ",'expect':'deny'}"));
            assertThat(refusal).as(given[0]).isNotNull();
            assertThat(refusal.code()).isIn(ErrorCode.BAD_REQUEST, ErrorCode.UNKNOWN_FIELD);
            assertThat(refusal.details()).containsEntry("field", given[1]);
            assertThat(refusal).hasMessageContaining("case 1");
        }
        assertThat(catchThrowableOfType(
                                PatchbayException.class,
                                () -> one("{'action':'list','documents':{'a':{'meta':{'id':'b'}}},'visible':[]}"))
                        .details())
                .containsEntry("field", "documents.a.meta.id");
        assertThat(catchThrowableOfType(
                                PatchbayException.class,
                                () -> one("{'action':'create','doc':{'meta':{'revision':3}},'expect':'deny'}"))
                        .details())
                .containsEntry("field", "doc.meta.revision");
    }

    /** The place where each is wrong. */
    @Test
    void aRuleThatCannotBeMeantIsRefusedWithItsPlace() {
        for (String[] given : new String[][] {
            {"list", "1", "1", "must be true or false"},
            {"list", "'true'", "1", "must be true or false"},
            {"list", "auth", "0", ""},
            {"list", "auth != null && auth.nam == 'ann'", "21", "there are id, name, role, did you mean 'name'?"},
            {"read", "has(auth.nam)", "9", "there is no 'nam' here"},
            {"read", "auth['nam'] == 'x'", "5", "there is no 'nam' here"},
            {"read", "request.colection == 'x'", "8", "did you mean 'collection'?"},
            {"list", "doc.meta.revison > 1", "9", "did you mean 'revision'?"},
            {
                "list",
                "after.owner == auth.id",
                "1",
                "'after' is not known here; a rule for list can use doc, auth and request"
            },
            {"read", "before.owner == auth.id", "1", "'before' is not known here"},
            {"create", "before.owner == auth.id", "1", "a rule for create can use doc, after, auth and request"},
            {"delete", "doc.x == 1 && after.x == 1", "15", "a rule for delete can use doc, before, auth and request"},
            {"update", "after.meta.updatedAt > '2026-11-25T00:00:00Z'", "22", "timestamp('2026"},
            {"update", "auth.id && true", "5", "must be true or false"},
            {"update", "auth.id == 7", "9", "never equal"}
        }) {
            PatchbayException refusal =
                    catchThrowableOfType(PatchbayException.class, () -> rules.check(Map.of(given[0], given[1])));
            if (given[2].equals("0")) {
                assertThat(refusal).as(given[1]).isNull();
                continue;
            }
            assertThat(refusal).as(given[1]).isNotNull();
            assertThat(refusal.code()).isEqualTo(ErrorCode.RULE_INVALID);
            assertThat(refusal).hasMessageContaining(given[3]);
            assertThat(refusal.details())
                    .as(given[1])
                    .containsEntry("line", 1L)
                    .containsEntry("column", Long.valueOf(given[2]));
        }
    }

    /** A node that was updated must go on guarding by what it took before. */
    @Test
    void aRuleThatWasTakenBeforeGoesOnAsItWas() {
        AccessRules kept = new AccessRules("notes", Map.of("list", "1", "read", "after.x == 1", "update", "true"));
        Rights rights = kept.of(TestPlane.user("ann"));
        assertThat(rights.visibility(Action.LIST).isAll()).isFalse();
        assertThat(rights.always(Action.UPDATE)).contains(true);
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
        return one(NOTES, json);
    }

    private RuleVerdict one(Map<String, String> guarding, String json) {
        byte[] body = ("{'cases':[" + json + "]}").replace((char) 39, '"').getBytes(StandardCharsets.UTF_8);
        List<RuleVerdict> verdicts = rules.test("notes", guarding, RuleForm.cases(Fields.of("it", Json.decode(body))));
        assertThat(verdicts).hasSize(1);
        return verdicts.get(0);
    }
}
