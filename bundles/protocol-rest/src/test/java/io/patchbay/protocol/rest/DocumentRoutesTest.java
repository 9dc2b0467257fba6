package io.patchbay.protocol.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.protocol.rest.RestNode.Answered;
import io.patchbay.testkit.session.MemorySession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentRoutesTest {
    private static final String DOCUMENTS = "/api/v1/collections/cities/documents";
    private static final String LYON = DOCUMENTS + "/lyon";

    private final RestNode node = new RestNode();

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void aCreatedDocumentIsAnsweredWithItsPlaceAndRevision() {
        Answered created =
                node.ask("POST", DOCUMENTS).json("{\"name\":\"Lyon\"}").send();
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("Location")).isEqualTo(DOCUMENTS + "/made-1");
        assertThat(created.header("ETag")).isEqualTo("\"1\"");
        assertThat(created.text())
                .isEqualTo(
                        "{\"id\":\"made-1\",\"revision\":1,\"updatedAt\":\"2026-01-01T00:00:00.001Z\",\"data\":{\"name\":\"Lyon\"}}");
        assertThat(node.ask("GET", created.header("Location")).send().text()).isEqualTo(created.text());
    }

    @Test
    void aReaderWhoHasTheRevisionGetsNoBody() {
        put("{}");
        assertThat(node.ask("GET", LYON).header("If-None-Match", "\"1\"").send().status())
                .isEqualTo(304);
        assertThat(node.ask("GET", LYON)
                        .header("If-None-Match", "\"7\", W/\"1\"")
                        .send()
                        .status())
                .isEqualTo(304);
        Answered other = node.ask("GET", LYON).header("If-None-Match", "\"2\"").send();
        assertThat(other.status()).isEqualTo(200);
        assertThat(other.header("ETag")).isEqualTo("\"1\"");
    }

    @Test
    void putCreatesReplacesAndHeedsItsConditions() {
        assertThat(put("{\"a\":1}").status()).isEqualTo(201);
        assertThat(put("{\"a\":2}").status()).isEqualTo(200);
        Answered exists =
                node.ask("PUT", LYON).header("If-None-Match", "*").json("{}").send();
        assertThat(exists.status()).isEqualTo(412);
        assertThat(exists.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(exists.json().findInt("currentRevision")).contains(2L);
        Answered outdated =
                node.ask("PUT", LYON).header("If-Match", "\"1\"").json("{}").send();
        assertThat(outdated.status()).isEqualTo(412);
        assertThat(outdated.code()).isEqualTo("REVISION_CONFLICT");
        assertThat(node.ask("PUT", LYON)
                        .header("If-Match", "\"2\"")
                        .json("{}")
                        .send()
                        .status())
                .isEqualTo(200);
        assertThat(node.ask("PUT", DOCUMENTS + "/nice")
                        .header("If-Match", "*")
                        .json("{}")
                        .send()
                        .status())
                .isEqualTo(412);
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "W/\"3\"", "\"3", "\"3\", \"4\"", "\"abc\"", "", "\"-1\"", "\"99999999999999999999\""})
    void aConditionThatIsNoRevisionIsRefused(String tag) {
        Answered refused =
                node.ask("PUT", LYON).header("If-Match", tag).json("{}").send();
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.detail()).contains("If-Match");
    }

    @Test
    void patchMergesAndNeedsADocument() {
        put("{\"a\":1,\"b\":2}");
        Answered patched = node.ask("PATCH", LYON)
                .body("application/merge-patch+json", "{\"a\":null,\"c\":3}".getBytes())
                .send();
        assertThat(patched.text()).contains("\"data\":{\"b\":2,\"c\":3}");
        assertThat(patched.header("ETag")).isEqualTo("\"2\"");
        assertThat(node.ask("PATCH", DOCUMENTS + "/nice").json("{}").send().status())
                .isEqualTo(404);
        assertThat(node.ask("PATCH", LYON)
                        .header("If-Match", "\"1\"")
                        .json("{}")
                        .send()
                        .status())
                .isEqualTo(412);
        assertThat(node.ask("PATCH", LYON)
                        .header("If-None-Match", "*")
                        .json("{}")
                        .send()
                        .status())
                .isEqualTo(400);
    }

    @Test
    void deleteIsDone() {
        put("{}");
        assertThat(node.ask("DELETE", LYON).header("If-Match", "\"7\"").send().status())
                .isEqualTo(412);
        assertThat(node.ask("DELETE", LYON).send().status()).isEqualTo(204);
        assertThat(node.ask("GET", LYON).send().code()).isEqualTo("DOCUMENT_NOT_FOUND");
        assertThat(node.ask("DELETE", LYON).send().code()).isEqualTo("DOCUMENT_NOT_FOUND");
        assertThat(node.ask("DELETE", LYON).header("If-Match", "*").send().status())
                .isEqualTo(412);
    }

    @Test
    void aRetryWithItsKeyGetsTheFirstAnswer() {
        Answered first = node.ask("POST", DOCUMENTS)
                .header("Idempotency-Key", "k")
                .json("{\"a\":1}")
                .send();
        Answered again = node.ask("POST", DOCUMENTS)
                .header("Idempotency-Key", "k")
                .json("{\"a\":1}")
                .send();
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(node.ask("POST", DOCUMENTS)
                        .header("Idempotency-Key", "k".repeat(129))
                        .json("{}")
                        .send()
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aReplayedPatchAnswersWithItsDataAsLongAsNobodyHasWrittenSince() {
        put("{\"a\":1}");
        Answered first = patchWithKey();
        Answered again = patchWithKey();
        assertThat(again.text()).isEqualTo(first.text()).contains("\"data\":{\"a\":1,\"b\":2}");
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");

        put("{\"a\":3}");
        Answered late = patchWithKey();
        assertThat(late.json().findInt("revision")).isEqualTo(first.json().findInt("revision"));
        assertThat(late.json().find("data")).isEmpty();
    }

    private Answered patchWithKey() {
        return node.ask("PATCH", LYON)
                .header("Idempotency-Key", "k")
                .json("{\"b\":2}")
                .send();
    }

    @Test
    void aListIsReadPageByPage() {
        for (String id : new String[] {"a", "b", "c"}) {
            node.ask("PUT", DOCUMENTS + "/" + id).json("{}").send();
        }
        Answered first = node.ask("GET", DOCUMENTS + "?limit=2&sort=-population,name&filter=population%20%3E%201")
                .send();
        assertThat(first.text()).startsWith("{\"items\":[{\"id\":\"a\"").endsWith("],\"next\":\"b\"}");
        assertThat(node.ask("GET", DOCUMENTS + "?limit=2&cursor=b").send().text())
                .startsWith("{\"items\":[{\"id\":\"c\"")
                .endsWith("],\"next\":null}");
    }

    @Test
    void idsMayHoldWhateverAPathCanSay() {
        String id = "a/../b c?d#e%f+é😀";
        Answered created =
                node.ask("PUT", DOCUMENTS + "/" + Text.segment(id)).json("{}").send();
        assertThat(created.json().findText("id")).contains(id);
        assertThat(node.ask("GET", created.header("Location")).send().json().findText("id"))
                .contains(id);
    }

    @Test
    void aTransactionAnswersOneResultPerWrite() {
        Answered done = node.ask("POST", "/api/v1/transactions")
                .json(
                        "{\"operations\":[{\"op\":\"put\",\"collection\":\"cities\",\"document\":\"a\",\"data\":{},\"ifAbsent\":true},{\"op\":\"check\",\"collection\":\"cities\",\"document\":\"b\",\"ifAbsent\":true}]}")
                .send();
        assertThat(done.text())
                .isEqualTo(
                        "{\"position\":\"m1:1\",\"replayed\":false,\"results\":[{\"collection\":\"cities\",\"id\":\"a\",\"revision\":1,\"updatedAt\":\"2026-01-01T00:00:00.001Z\",\"created\":true}]}");
    }

    @Test
    void changesComeInOrderAndGoOnFromTheirPosition() {
        put("{\"a\":1}");
        node.ask("DELETE", LYON).send();
        Answered first = node.ask("GET", "/api/v1/changes?limit=1").send();
        assertThat(first.text())
                .isEqualTo(
                        "{\"items\":[{\"position\":\"m1:1\",\"collection\":\"cities\",\"id\":\"lyon\",\"revision\":1,\"updatedAt\":\"2026-01-01T00:00:00.001Z\",\"op\":\"put\",\"data\":{\"a\":1}}],\"next\":\"m1:1\"}");
        assertThat(node.ask("GET", "/api/v1/changes?since=m1:1").send().text())
                .contains("\"op\":\"delete\"}],\"next\":\"m1:2\"");
        assertThat(node.ask("GET", "/api/v1/changes?since=m1:2").send().text())
                .isEqualTo("{\"items\":[],\"next\":\"m1:2\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "?limit=0, BAD_REQUEST, limit", "?limit=1001, BAD_REQUEST, limit", "?limit=1.5, BAD_REQUEST, limit",
                "?limit=, BAD_REQUEST, limit", "?limit=99999999999, BAD_REQUEST, limit",
        "?limits=1, UNKNOWN_FIELD, Did you mean 'limit'?", "?colour=red, UNKNOWN_FIELD, There are: cursor",
                "?limit=1&limit=2, BAD_REQUEST, 2 times", "?sort=a%20b, SORT_INVALID, a b",
                "?sort=, SORT_INVALID, no field"
    })
    void aQueryThatIsNotUnderstoodIsRefused(String query, String code, String part) {
        Answered refused = node.ask("GET", DOCUMENTS + query).send();
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.detail()).contains(part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | {\"a\":1,} | 400 | MALFORMED",
                "application/json | [1] | 400 | BAD_REQUEST",
                "application/json | '' | 400 | MALFORMED",
                "application/json | {\"a\":1,\"a\":2} | 400 | VALUE_INVALID",
                "application/json | {\"a\":99999999999999999999} | 400 | VALUE_INVALID",
                "application/json | {\"a\":1e999} | 400 | VALUE_INVALID",
                "application/json; charset=latin1 | {} | 415 | UNSUPPORTED_MEDIA_TYPE",
                "text/plain | {} | 415 | UNSUPPORTED_MEDIA_TYPE",
                "application/x-www-form-urlencoded | a=1 | 415 | UNSUPPORTED_MEDIA_TYPE",
                "'' | {} | 415 | UNSUPPORTED_MEDIA_TYPE"
            })
    void aBodyThatIsNoDocumentIsRefused(String type, String body, int status, String code) {
        Answered refused =
                node.ask("POST", DOCUMENTS).body(type, body.getBytes()).send();
        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
    }

    @Test
    void aCompressedBodyIsRefusedByName() {
        Answered refused = node.ask("POST", DOCUMENTS)
                .header("content-encoding", "gzip")
                .json("{}")
                .send();
        assertThat(refused.status()).isEqualTo(415);
        assertThat(refused.text()).contains("without a Content-Encoding, not in 'gzip'");
    }

    @Test
    void nestingIsLimitedToWhatADocumentMayBe() {
        String deepest = "{\"a\":".repeat(63) + "{}" + "}".repeat(63);
        String operation = "{\"operations\":[{\"op\":\"put\",\"collection\":\"cities\",\"data\":" + deepest + "}]}";
        assertThat(node.ask("POST", DOCUMENTS).json(deepest).send().status()).isEqualTo(201);
        assertThat(node.ask("POST", "/api/v1/transactions")
                        .json(operation)
                        .send()
                        .status())
                .isEqualTo(200);
        assertThat(node.ask("POST", DOCUMENTS)
                        .json("{\"a\":" + deepest + "}")
                        .send()
                        .code())
                .isEqualTo("LIMIT_EXCEEDED");
        assertThat(node.ask("POST", DOCUMENTS).json("[".repeat(100_000)).send().code())
                .isEqualTo("LIMIT_EXCEEDED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%00", "a%0Ab", "%7F"})
    void controlCharactersAreNoPartOfAnId(String segment) {
        assertThat(node.ask("PUT", DOCUMENTS + "/" + segment).json("{}").send().code())
                .isEqualTo("ID_INVALID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%2E", "%2e%2E"})
    void whatABrowserTakesOutOfAnAddressIsNoId(String segment) {
        Answered refused = node.ask("PUT", DOCUMENTS + "/" + segment).json("{}").send();
        assertThat(refused.code()).isEqualTo("ID_INVALID");
        assertThat(refused.detail()).contains("no address on the web can name them");
    }

    @Test
    void everySessionIsClosedInTheEnd() {
        put("{}");
        node.ask("GET", DOCUMENTS + "/none").send();
        node.ask("PUT", LYON).json("{").send();
        assertThat(node.sessions).hasSize(3).allMatch(MemorySession::isClosed);
    }

    private Answered put(String json) {
        return node.ask("PUT", LYON).json(json).send();
    }
}
