package io.patchbay.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.http.HttpResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over the files that the web build really made. */
class ConsoleRoutesTest {
    private final ConsoleRoutes routes = new ConsoleRoutes();

    @Test
    void everyPageOfTheAppShowsBeforeItsScriptHasCome() {
        HttpResponse home = get("GET /", "/", Map.of());
        assertThat(home.headers()).containsEntry("Content-Type", "text/html; charset=utf-8");
        assertThat(text(home)).contains("<h1>Overview</h1>", "<nav", "data-page=\"closed\"", "Overview · Patchbay");
        assertThat(text(get("GET /login", "/login", Map.of())))
                .contains("Log in</h1>", "type=\"password\"", "data-page=\"open\"")
                .doesNotContain("<nav");
        assertThat(text(get("GET /collections/{name}", "/collections/cities", Map.of())))
                .contains("<nav", "Documents · Patchbay");
        assertThat(routes.patterns()).contains("GET /", "GET /login", "GET /setup", "GET /client/patchbay.js");
    }

    @Test
    void aPageAllowsFilesOfThisNodeAndInlineWhatItKnowsByHash() throws NoSuchAlgorithmException {
        for (String page : List.of("/", "/login", "/setup", "/log")) {
            HttpResponse answer = get("GET " + page, page, Map.of());
            String policy = answer.headers().get("Content-Security-Policy");
            assertThat(policy)
                    .startsWith("default-src 'none'")
                    .contains("script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(text(answer)).doesNotContain("style=", "onclick=");
            Matcher inline = Pattern.compile("<(script|style)[^>]*>(.+?)</\\1>", Pattern.DOTALL)
                    .matcher(text(answer));
            while (inline.find()) {
                assertThat(policy).contains("'sha256-" + sha256(inline.group(2)) + "'");
            }
        }
    }

    private static String sha256(String text) throws NoSuchAlgorithmException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder().encodeToString(digest);
    }

    @Test
    void hashedFilesAreImmutableAndPagesAreAskedForEachTime() {
        assertThat(asset(Map.of()).headers()).containsEntry("Cache-Control", "public, max-age=31536000, immutable");
        assertThat(get("GET /", "/", Map.of()).headers()).containsEntry("Cache-Control", "no-cache");
    }

    @Test
    void whatTheBrowserHasIsNotSentAgain() {
        HttpResponse home = get("GET /", "/", Map.of());
        String etag = home.headers().get("ETag");
        HttpResponse again = get("GET /", "/", Map.of("if-none-match", "\"other\", W/" + etag));
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.headers()).containsEntry("ETag", etag).containsKeys("Cache-Control", "Vary");
        assertThat(get("GET /", "/", Map.of("if-none-match", "\"other\"")).status())
                .isEqualTo(200);
    }

    @Test
    void compressedFormsHaveTheSameContentAndAnETagOfTheirOwn() throws IOException {
        HttpResponse plain = asset(Map.of());
        HttpResponse gzip = asset(Map.of("accept-encoding", "gzip"));
        HttpResponse brotli = asset(Map.of("accept-encoding", "gzip, deflate, br, zstd"));
        assertThat(plain.headers()).doesNotContainKey("Content-Encoding").containsEntry("Vary", "Accept-Encoding");
        assertThat(gzip.headers()).containsEntry("Content-Encoding", "gzip");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(gzip.body())).readAllBytes())
                .isEqualTo(plain.body());
        assertThat(brotli.headers()).containsEntry("Content-Encoding", "br");
        assertThat(brotli.body().length).isLessThan(gzip.body().length);
        assertThat(plain.headers().get("ETag")).isNotEqualTo(gzip.headers().get("ETag"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|identity",
                "br;q=0, gzip|gzip",
                "*|br",
                "identity|identity",
                "GZIP ; q=0.5|gzip",
                "*;q=0|identity"
            })
    void theHeaderDecidesTheEncoding(String header, String token) {
        assertThat(Encoding.choose(List.of(Encoding.BROTLI, Encoding.GZIP), header)
                        .token())
                .isEqualTo(token);
    }

    @Test
    void anyPageMayImportTheClient() {
        HttpResponse client = get("GET /client/patchbay.js", "/client/patchbay.js", Map.of());
        assertThat(client.headers())
                .containsEntry("Access-Control-Allow-Origin", "*")
                .containsEntry("Content-Type", "text/javascript; charset=utf-8")
                .containsKey("ETag");
        assertThat(text(client)).contains("PatchbayClient").doesNotContain("from 'cborg'", "from \"cborg\"");
    }

    @ParameterizedTest
    @CsvSource({"/assets/none.js", "/assets/..", "/assets/contents.list"})
    void aFileThatIsNotThereIsNotFound(String path) {
        assertThatThrownBy(() -> get("GET /assets/{file}", path, Map.of()))
                .hasCauseInstanceOf(PatchbayException.class)
                .cause()
                .extracting("code")
                .isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void anAddressThatIsNoPageShowsTheAppsOwnWordsToPeopleOnly() {
        Map<String, String> browser = Map.of("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        HttpResponse page = get("GET /{path*}", "/nothing", browser);
        assertThat(page.status()).isEqualTo(404);
        assertThat(text(page)).contains("Nothing here · Patchbay").doesNotContain("<nav", "data-page=\"");
        assertThat(page.headers())
                .containsKey("Content-Security-Policy")
                .containsEntry("Cache-Control", "no-store")
                .doesNotContainKey("ETag");
        assertThat(routes.patterns()).contains("GET /{path*}", "GET /collections/", "GET /collections/{name}/rules/");
        assertThat(get("GET /collections/", "/collections/", browser).status()).isEqualTo(200);
        for (String path : List.of("/api/v1/nothing", "/assets/a/none.js", "/client/none.js")) {
            assertThatThrownBy(() -> get("GET /{path*}", path, browser)).hasMessageContaining("nothing at " + path);
        }
        assertThatThrownBy(() -> get("GET /{path*}", "/nothing", Map.of("accept", "*/*")))
                .hasMessageContaining("nothing at /nothing");
    }

    private HttpResponse asset(Map<String, String> headers) {
        Matcher script = Pattern.compile("href=\"(/assets/[^\"]+\\.js)\"").matcher(text(get("GET /", "/", Map.of())));
        assertThat(script.find()).isTrue();
        return get("GET /assets/{file}", script.group(1), headers);
    }

    private HttpResponse get(String pattern, String path, Map<String, String> headers) {
        HttpRequest request =
                new HttpRequest(pattern, "GET", path, Map.of(), Map.of(), headers, new byte[0], "127.0.0.1");
        return routes.handle(request).toCompletableFuture().join();
    }

    private static String text(HttpResponse response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }
}
