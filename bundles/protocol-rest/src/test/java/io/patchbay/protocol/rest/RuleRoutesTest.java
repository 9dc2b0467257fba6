package io.patchbay.protocol.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Value;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RuleRoutesTest {
    private final RestNode node = new RestNode();

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void rulesThatCanBeCompiledAreValidAndOthersHaveTheirPlace() {
        assertThat(check("{\"rules\":{\"list\":\"true\",\"read\":null}}").text())
                .isEqualTo("{\"valid\":true}");
        RestNode.Answered refused = check("{\"rules\":{\"list\":\"tr ue\"}}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("RULE_INVALID");
        assertThat(refused.json().findText("action")).contains("list");
        assertThat(refused.json().findInt("line")).contains(1L);
        assertThat(refused.json().findInt("column")).contains(3L);
    }

    @Test
    void anUnknownActionIsRefusedWithTheNearest() {
        assertThat(check("{\"rules\":{\"lsit\":\"true\"}}").detail()).contains("Did you mean 'list'?");
    }

    @Test
    void casesAreTestedAgainstTheRulesOfTheBody() {
        RestNode.Answered report = test(
                "{\"rules\":{\"create\":\"true\"},\"cases\":["
                        + "{\"action\":\"create\",\"doc\":{},\"expect\":\"allow\"},"
                        + "{\"name\":\"gone\",\"action\":\"delete\",\"auth\":{\"id\":\"ann\"},\"doc\":{},\"expect\":\"allow\"}]}");
        assertThat(report.status()).as(report.text()).isEqualTo(200);
        assertThat(report.json().findInt("passed")).contains(1L);
        assertThat(report.json().findInt("failed")).contains(1L);
        Value.Struct second =
                (Value.Struct) ((Value.Array) report.json().find("cases").orElseThrow())
                        .items()
                        .get(1);
        assertThat(second.findText("name")).contains("gone");
        assertThat(second.find("rule")).contains(Value.NULL);
    }

    @Test
    void aCaseThatCannotBeUnderstoodIsRefusedByItsNumber() {
        assertThat(test("{\"rules\":{},\"cases\":[{\"action\":\"create\",\"expect\":\"allow\"}]}")
                        .detail())
                .contains("Case 1 needs the document");
        assertThat(test("{\"rules\":{},\"cases\":[{\"action\":\"read\",\"doc\":{},\"expect\":\"yes\"}]}")
                        .detail())
                .contains("'expect' of case 1 must be allow or deny");
        assertThat(test("{\"cases\":[]}").detail()).contains("'rules' or the 'collection'");
    }

    @Test
    void onlyAdminsTryRulesOut() {
        assertThat(node.as(RestNode.USER, "POST", "/api/v1/rules/check")
                        .json("{\"rules\":{}}")
                        .send()
                        .status())
                .isEqualTo(403);
        assertThat(node.ask("POST", "/api/v1/rules/test").json("{}").send().status())
                .isEqualTo(401);
    }

    private RestNode.Answered check(String body) {
        return node.admin("POST", "/api/v1/rules/check").json(body).send();
    }

    private RestNode.Answered test(String body) {
        return node.admin("POST", "/api/v1/rules/test").json(body).send();
    }
}
