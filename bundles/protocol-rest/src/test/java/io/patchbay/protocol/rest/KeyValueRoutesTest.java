package io.patchbay.protocol.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Value;
import io.patchbay.protocol.rest.RestNode.Answered;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyValueRoutesTest {
    private static final String BUCKET = "/api/v1/kv/things";

    private final RestNode node = new RestNode();

    @BeforeEach
    void define() {
        assertThat(node.admin("PUT", BUCKET)
                        .json("{\"rules\":{\"read\":\"true\",\"write\":null}}")
                        .send()
                        .json())
                .isEqualTo(Value.struct(
                        "name", Value.of("things"),
                        "keys", Value.of("sealed"),
                        "rules", Value.struct("read", Value.of("true"), "write", Value.NULL)));
    }

    @AfterEach
    void close() {
        node.close();
    }

    private Answered put(String key, String body, String... headers) {
        RestNode.Ask ask = node.admin("PUT", BUCKET + "/" + key)
                .body("text/html; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < headers.length; i += 2) {
            ask.header(headers[i], headers[i + 1]);
        }
        return ask.send();
    }

    private Answered get(String key) {
        return node.admin("GET", BUCKET + "/" + key).send();
    }

    @Test
    void aValueIsItsBodyWithItsTypeAndCanDoNothingOnTheNodesAddress() {
        Answered created = put("a", "<script>1</script>");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("Location")).isEqualTo("/api/v1/kv/things/a");
        Answered read = get("a");
        assertThat(read.status()).isEqualTo(200);
        assertThat(read.text()).isEqualTo("<script>1</script>");
        assertThat(read.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(read.header("ETag")).isEqualTo(created.header("ETag"));
        assertThat(read.header("Content-Security-Policy")).startsWith("sandbox;");
        assertThat(put("a", "2").status()).isEqualTo(200);
    }

    @Test
    void aKeyHasSlashesEncodedOrNot() {
        put("a/b%20c", "1");
        assertThat(get("a%2Fb%20c").text()).isEqualTo("1");
        assertThat(get("a/b%20c").text()).isEqualTo("1");
        assertThat(get("a").code()).isEqualTo("KEY_NOT_FOUND");
        assertThat(put("batch", "2").status()).isEqualTo(201);
        assertThat(get("batch").text()).isEqualTo("2");
    }

    @Test
    void conditionsAreThoseOfDocuments() {
        String tag = put("a", "1", "If-None-Match", "*").header("ETag");
        Answered again = put("a", "2", "If-None-Match", "*");
        assertThat(again.status()).isEqualTo(412);
        assertThat(again.json().findInt("currentRevision")).isPresent();
        String next = put("a", "3", "If-Match", tag).header("ETag");
        assertThat(put("a", "4", "If-Match", tag).status()).isEqualTo(412);
        assertThat(node.admin("GET", BUCKET + "/a")
                        .header("If-None-Match", next)
                        .send()
                        .status())
                .isEqualTo(304);
        assertThat(node.admin("DELETE", BUCKET + "/a")
                        .header("If-Match", tag)
                        .send()
                        .status())
                .isEqualTo(412);
        assertThat(node.admin("DELETE", BUCKET + "/a").send().status()).isEqualTo(204);
        assertThat(node.admin("DELETE", BUCKET + "/a").send().code()).isEqualTo("KEY_NOT_FOUND");
    }

    @Test
    void aTimeToLiveIsCountedFromNowAndChecked() {
        assertThat(put("a?ttl=60", "1").status()).isEqualTo(201);
        assertThat(get("a").header("Patchbay-Expires-At")).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
        put("a?expiresAt=2030-01-01T00:00:00Z", "1");
        assertThat(get("a").header("Patchbay-Expires-At")).isEqualTo("2030-01-01T00:00:00Z");
        for (String bad : List.of("ttl=0", "ttl=-1", "ttl=1e3", "ttl=99999999999999999999", "ttl=" + Long.MAX_VALUE)) {
            Answered refused = put("a?" + bad, "1");
            assertThat(refused.status()).as(bad).isEqualTo(400);
            assertThat(refused.json().findText("field")).contains("ttl");
        }
        assertThat(put("a?expiresAt=tomorrow", "1").code()).isEqualTo("BAD_REQUEST");
        assertThat(put("a?ttl=1&expiresAt=2030-01-01T00:00:00Z", "1").code()).isEqualTo("BAD_REQUEST");
    }

    @Test
    void keysAreListedWithTheirValuesInBase64() {
        put("a/1", "one");
        put("a/2", "two");
        put("b", "three");
        Value.Struct page = node.admin("GET", BUCKET + "?prefix=a/&start=a/2&limit=5&values=true")
                .send()
                .json();
        List<Value> items = ((Value.Array) page.find("items").orElseThrow()).items();
        assertThat(items).hasSize(1);
        Value.Struct item = (Value.Struct) items.get(0);
        assertThat(item.findText("key")).contains("a/2");
        assertThat(item.findInt("size")).contains(3L);
        assertThat(Base64.getDecoder().decode(item.findText("value").orElseThrow()))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("two");
        assertThat(page.find("next")).contains(Value.NULL);
        for (String bad : List.of("limit=0", "limit=-5", "limit=1001", "values=1")) {
            assertThat(node.admin("GET", BUCKET + "?" + bad).send().code())
                    .as(bad)
                    .isEqualTo("BAD_REQUEST");
        }
    }

    @Test
    void aBatchIsOneCommit() {
        put("n", "1");
        Answered done = node.admin("POST", BUCKET + "/batch")
                .json("{\"operations\":[{\"op\":\"put\",\"key\":\"a\",\"text\":\"é\",\"ifAbsent\":true},"
                        + "{\"op\":\"put\",\"key\":\"b\",\"value\":\"AAH/\",\"contentType\":\"x/y\",\"ttl\":5},"
                        + "{\"op\":\"delete\",\"key\":\"n\"},{\"op\":\"check\",\"key\":\"z\",\"ifAbsent\":true}]}")
                .send();
        assertThat(done.status()).isEqualTo(200);
        assertThat(get("a").header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(get("b").response().body()).isEqualTo(new byte[] {0, 1, -1});
        assertThat(get("n").status()).isEqualTo(404);
    }

    @Test
    void aBatchThatIsNoneIsRefused() {
        StringBuilder many = new StringBuilder("{\"op\":\"delete\",\"key\":\"a\"}");
        for (int i = 0; i < Limits.KEY_VALUE_OPERATIONS; i++) {
            many.append(",{\"op\":\"delete\",\"key\":\"a\"}");
        }
        assertRefused("LIMIT_EXCEEDED", many.toString());
        assertRefused("KEY_INVALID", "{\"op\":\"delete\",\"key\":\"a\\u0000b\"}");
        assertRefused("KEY_INVALID", "{\"op\":\"delete\",\"key\":\"\"}");
        assertRefused("BAD_REQUEST", "{\"op\":\"put\",\"key\":\"a\"}");
        assertRefused("BAD_REQUEST", "{\"op\":\"put\",\"key\":\"a\",\"value\":\"*\"}");
        assertRefused("BAD_REQUEST", "{\"op\":\"put\",\"key\":\"a\",\"value\":\"\",\"text\":\"\"}");
        assertRefused("BAD_REQUEST", "{\"op\":\"put\",\"key\":\"a\",\"text\":\"\",\"ttl\":0}");
        assertRefused("BAD_REQUEST", "{\"op\":\"pit\",\"key\":\"a\"}");
        assertRefused("UNKNOWN_FIELD", "{\"op\":\"delete\",\"key\":\"a\",\"ttl\":1}");
    }

    private void assertRefused(String code, String operations) {
        assertThat(node.admin("POST", BUCKET + "/batch")
                        .json("{\"operations\":[" + operations + "]}")
                        .send()
                        .code())
                .as(operations.length() < 100 ? operations : "many")
                .isEqualTo(code);
    }

    @Test
    void whatIsNoBucketIsRefused() {
        assertThat(node.admin("PUT", "/api/v1/kv/b")
                        .json("{\"keys\":\"open\"}")
                        .send()
                        .code())
                .isEqualTo("BAD_REQUEST");
        assertThat(node.admin("PUT", "/api/v1/kv/b")
                        .json("{\"rules\":{\"list\":\"true\"}}")
                        .send()
                        .code())
                .isEqualTo("UNKNOWN_FIELD");
        assertThat(node.admin("GET", "/api/v1/kv/none/a").send().code()).isEqualTo("BUCKET_NOT_FOUND");
        assertThat(node.admin("GET", "/api/v1/kv").send().text()).contains("\"things\"");
        assertThat(node.admin("DELETE", BUCKET).send().status()).isEqualTo(204);
        assertThat(node.admin("GET", BUCKET).send().code()).isEqualTo("BUCKET_NOT_FOUND");
    }

    @Test
    void aWatchTellsEachChangeAndWhyItEnds() {
        HandledSink sink = watch("bucket=things&prefix=a/");
        assertThat(sink.read())
                .matches("retry: [12]\\d{3}\n\nevent: subscribed\n"
                        + "data: \\{\"event\":\"subscribed\",\"position\":\"e1:0\"}\n\n");
        put("b", "no");
        put("a/1", "x");
        assertThat(sink.read())
                .contains("event: change\ndata: {\"event\":\"change\",\"change\":{\"op\":\"put\",\"key\":\"a/1\"")
                .contains("\"value\":\"eA==\"")
                .doesNotContain("\"b\"");
        node.admin("DELETE", BUCKET + "/a/1").send();
        assertThat(sink.read()).contains("{\"op\":\"delete\",\"key\":\"a/1\",\"revision\":3}");
        node.documents.keyValues().endWatches(new PatchbayException(ErrorCode.HISTORY_GONE, "Too slow."));
        assertThat(sink.read())
                .isEqualTo(
                        "event: reload\ndata: {\"event\":\"reload\",\"code\":\"HISTORY_GONE\",\"message\":\"Too slow.\"}\n\n");
        assertThat(sink.ended).isTrue();
        assertThat(node.live.get(0).closed).isTrue();
    }

    @Test
    void aWatchThatCantBeginLeavesNoStreamOpen() {
        assertThat(node.admin("GET", "/api/v1/events/kv").send().code()).isEqualTo("BAD_REQUEST");
        assertThat(node.admin("GET", "/api/v1/events/kv?bucket=none").send().code())
                .isEqualTo("BUCKET_NOT_FOUND");
        assertThat(node.live).allMatch(session -> session.closed);
        HandledSink sink = watch("bucket=things");
        sink.disconnect();
        assertThat(node.live).allMatch(session -> session.closed);
    }

    private HandledSink watch(String query) {
        HandledSink sink = new HandledSink();
        node.admin("GET", "/api/v1/events/kv?" + query).send().response().stream()
                .orElseThrow()
                .start(sink);
        return sink;
    }
}
