package io.patchbay.protocol.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.auth.Identity;
import io.patchbay.protocol.rest.RestNode.Answered;
import io.patchbay.protocol.rest.Route.Access;
import io.patchbay.testkit.session.MemoryLogins;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminRoutesTest {
    private final RestNode node = new RestNode();

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void whatIsForAdminsIsForNobodyElse() {
        List<Route> routes = node.routes.table().routes().stream()
                .filter(route -> route.access() == Access.ADMIN)
                .toList();
        assertThat(routes).hasSizeGreaterThan(15);
        for (Route route : routes) {
            String method = route.pattern().split(" ")[0];
            String path = route.pattern().split(" ")[1].replaceAll("\\{[^}]*}", "x");
            Answered anonymous = node.ask(method, path).send();
            assertThat(anonymous.status()).as(route.pattern()).isEqualTo(401);
            assertThat(anonymous.header("WWW-Authenticate")).startsWith("Bearer");
            assertThat(node.as(RestNode.USER, method, path).send().status())
                    .as(route.pattern())
                    .isEqualTo(403);
            assertThat(node.ask(method, path)
                            .header("Authorization", "Bearer forged")
                            .send()
                            .status())
                    .as(route.pattern())
                    .isEqualTo(401);
        }
        assertThat(node.operations.asked).isEmpty();
        assertThat(node.sessions).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic YW5uOnB3",
                "Bearer",
                "Bearer ",
                "bearer forged",
                "eyJhbGciOiJub25lIn0.e30.",
                "Bearer a, Bearer b"
            })
    void aTokenThatIsNoneIsRefusedAlsoWhereNoneIsNeeded(String authorization) {
        Answered refused = node.ask("GET", "/api/v1/collections/cities/documents")
                .header("Authorization", authorization)
                .send();
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.code()).isEqualTo("UNAUTHENTICATED");
    }

    @Test
    void anExpiredTokenSaysSo() {
        Identity expired = new Identity(
                "u1", "ann", RestNode.ADMIN.role(), Optional.empty(), Optional.of(RestNode.CLOCK.instant()));
        Answered refused = node.as(expired, "GET", "/api/v1/jobs").send();
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.code()).isEqualTo("TOKEN_EXPIRED");
    }

    @Test
    void whoIsForbiddenWithoutATokenIsAskedToLogIn() {
        assertThat(node.ask("GET", "/api/v1/collections").send().status()).isEqualTo(401);
        assertThat(node.as(RestNode.USER, "GET", "/api/v1/collections").send().status())
                .isEqualTo(403);
    }

    @Test
    void collectionsAreMadeReadChangedAndDeleted() {
        Answered created = node.admin("POST", "/api/v1/collections")
                .json(
                        "{\"name\":\"lakes\",\"indexes\":[\"depth\",[\"country\",\"-depth\"]],\"rules\":{\"list\":\"auth != null\",\"read\":null}}")
                .send();
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("Location")).isEqualTo("/api/v1/collections/lakes");
        String lakes =
                "{\"name\":\"lakes\",\"indexes\":[\"depth\",[\"country\",\"-depth\"]],\"rules\":{\"list\":\"auth != null\",\"read\":null,\"create\":null,\"update\":null,\"delete\":null}}";
        assertThat(created.text()).isEqualTo(lakes);
        assertThat(node.admin("GET", "/api/v1/collections/lakes").send().text()).isEqualTo(lakes);
        // What was read can be written back.
        assertThat(node.admin("PUT", "/api/v1/collections/lakes")
                        .json(lakes)
                        .send()
                        .text())
                .isEqualTo(lakes);
        assertThat(node.admin("GET", "/api/v1/collections").send().text())
                .contains(lakes)
                .endsWith("\"next\":null}");
        assertThat(node.admin("POST", "/api/v1/collections")
                        .json("{\"name\":\"lakes\"}")
                        .send()
                        .status())
                .isEqualTo(409);
        assertThat(node.admin("DELETE", "/api/v1/collections/lakes").send().status())
                .isEqualTo(204);
        assertThat(node.admin("GET", "/api/v1/collections/lakes").send().code()).isEqualTo("COLLECTION_NOT_FOUND");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | BAD_REQUEST | 'name' is missing", "{\"name\":7} | BAD_REQUEST | must be text, not an integer",
                        "{\"name\":\"a\",\"index\":[]} | UNKNOWN_FIELD | Did you mean 'indexes'?",
                "{\"name\":\"a\",\"indexes\":\"b\"} | BAD_REQUEST | must be an array",
                        "{\"name\":\"a\",\"indexes\":[7]} | INDEX_INVALID | An index is",
                        "{\"name\":\"a\",\"indexes\":[[]]} | INDEX_INVALID | An index is",
                "{\"name\":\"a\",\"indexes\":[\"a b\"]} | INDEX_INVALID | a b",
                        "{\"name\":\"a\",\"rules\":{\"lists\":null}} | UNKNOWN_FIELD | Did you mean 'list'?",
                        "{\"name\":\"a\",\"rules\":{\"list\":true}} | RULE_INVALID | list",
                "[] | BAD_REQUEST | an object"
            })
    void aCollectionThatIsNotUnderstoodIsRefused(String body, String code, String part) {
        Answered refused = node.admin("POST", "/api/v1/collections").json(body).send();
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.detail()).contains(part);
    }

    @Test
    void aPluginIsPlannedOrInstalled() {
        byte[] jar = "sample".getBytes();
        Answered plan = node.admin("POST", "/api/v1/plugins?dryRun=true")
                .body("application/java-archive", jar)
                .send();
        assertThat(plan.status()).isEqualTo(200);
        assertThat(plan.json().findText("plugin")).contains("sample");
        assertThat(node.operations.asked).isEmpty();
        Answered job = node.admin("POST", "/api/v1/plugins")
                .body("application/octet-stream", jar)
                .send();
        assertThat(job.status()).isEqualTo(202);
        assertThat(job.header("Location")).isEqualTo("/api/v1/jobs/j1");
        assertThat(node.admin("POST", "/api/v1/plugins/sample/rollback").send().status())
                .isEqualTo(202);
        assertThat(node.admin("DELETE", "/api/v1/plugins/sample").send().status())
                .isEqualTo(202);
        assertThat(node.operations.asked).containsExactly("install sample", "rollback sample", "uninstall sample");
        assertThat(node.admin("DELETE", "/api/v1/plugins/none").send().status()).isEqualTo(404);
        assertThat(node.admin("GET", "/api/v1/plugins/sample").send().json().findText("receipt"))
                .contains("old class loader collected after 2 s");
    }

    @Test
    void aPlanThatWasShownIsAppliedAsItWas() {
        String shown = node.admin("POST", "/api/v1/plugins?dryRun=true")
                .body("application/java-archive", "sample".getBytes())
                .send()
                .text();

        assertThat(node.admin("POST", "/api/v1/plugin-plans/apply")
                        .json(shown)
                        .send()
                        .status())
                .isEqualTo(202);
        assertThat(node.operations.asked).containsExactly("install sample");

        Answered outdated = node.admin("POST", "/api/v1/plugin-plans/apply")
                .json(shown.replace("1.0.0", "1.0.1"))
                .send();
        assertThat(outdated.status()).isEqualTo(409);
        assertThat(outdated.detail()).isEqualTo("The node has changed.");
        for (String none : new String[] {"{}", "[]", "{\"format\":\"patchbay-plan 1\"}", shown.substring(0, 40)}) {
            assertThat(node.admin("POST", "/api/v1/plugin-plans/apply")
                            .json(none)
                            .send()
                            .status())
                    .isEqualTo(400);
        }
    }

    @Test
    void receiptsAreListedAndACollectionMayBeAskedFor() {
        assertThat(node.admin("GET", "/api/v1/plugin-receipts").send().text())
                .isEqualTo(
                        "{\"items\":[{\"plugin\":\"sample\",\"version\":\"0.9.0\",\"removedAt\":\"1970-01-01T00:00:00Z\",\"state\":\"held\","
                                + "\"collectedAfterMs\":null,\"holders\":[\"thread \\\"x\\\"\"],\"troubles\":[],"
                                + "\"text\":\"0.9.0: old class loader held by thread \\\"x\\\"\"}],\"next\":null}");
        assertThat(node.operations.asked).isEmpty();
        assertThat(node.admin("POST", "/api/v1/plugin-receipts/collect").send().status())
                .isEqualTo(200);
        assertThat(node.operations.asked).containsExactly("collect");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "%20", "..%2Fa.jar", "a%5Cb.jar", "a%0Ab.jar", "a%00.jar", "a%E2%80%AErajb", "a%E2%80%A8b"})
    void aFileNameThatIsNoneIsRefused(String name) {
        Answered refused = upload("?dryRun=true&fileName=" + name);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().findText("field")).contains("fileName");
        assertThat(node.operations.shownNames).isEmpty();
    }

    @Test
    void aJarIsCalledByTheNameThatItHasWhereItComesFrom() {
        upload("?dryRun=true");
        upload("?dryRun=true&fileName=caf%C3%A9%20%E6%9D%B1%20%5B1%5D.jar");
        upload("/sample/update?fileName=" + "x".repeat(PluginRoutes.FILE_NAME_CHARS));
        assertThat(node.operations.shownNames)
                .containsExactly("The jar", "café 東 [1].jar", "x".repeat(PluginRoutes.FILE_NAME_CHARS));
        assertThat(upload("?fileName=" + "x".repeat(PluginRoutes.FILE_NAME_CHARS + 1))
                        .status())
                .isEqualTo(400);
        assertThat(node.admin("POST", "/api/v1/plugins?fileName=a.jar")
                        .json("{\"url\":\"http://localhost/a.jar\",\"sha256\":\"ab\"}")
                        .send()
                        .detail())
                .contains("not with an address");
    }

    @Test
    void reconnectsAreAcceptedOfAnUploadedJarAlone() {
        upload("?dryRun=true");
        upload("?dryRun=true&reconnect=false");
        assertThat(node.operations.asked).isEmpty();
        upload("?dryRun=true&reconnect=true");
        upload("/sample/update?dryRun=true&reconnect=true");
        assertThat(node.operations.asked).containsExactly("reconnect", "reconnect");
        assertThat(node.admin("POST", "/api/v1/plugins?reconnect=true")
                        .json("{\"url\":\"http://localhost/a.jar\",\"sha256\":\"ab\"}")
                        .send()
                        .detail())
                .contains("'reconnect'", "not with an address");
    }

    private Answered upload(String rest) {
        return node.admin("POST", "/api/v1/plugins" + rest)
                .body("application/java-archive", "sample".getBytes())
                .send();
    }

    @Test
    void aPlanWithProblemsIsNotCarriedOut() {
        node.operations.problems = List.of("It needs org.acme, which nobody offers.");
        Answered refused = node.admin("POST", "/api/v1/plugins")
                .body("application/java-archive", "sample".getBytes())
                .send();
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.detail()).isEqualTo("It needs org.acme, which nobody offers.");
        assertThat(node.admin("POST", "/api/v1/plugins?dryRun=yes")
                        .body("application/java-archive", new byte[0])
                        .send()
                        .status())
                .isEqualTo(400);
        assertThat(node.admin("POST", "/api/v1/plugins")
                        .body("text/plain", new byte[0])
                        .send()
                        .status())
                .isEqualTo(415);
        assertThat(node.operations.asked).isEmpty();
    }

    @Test
    void aPluginIsInstalledFromAnAddress() {
        String body = "{\"url\":\"http://localhost/a.jar\",\"sha256\":\"ab\"}";
        assertThat(node.admin("POST", "/api/v1/plugins?dryRun=true")
                        .json(body)
                        .send()
                        .json()
                        .findText("plugin"))
                .contains("http://localhost/a.jar ab");
        assertThat(node.operations.asked).isEmpty();
        assertThat(node.admin("POST", "/api/v1/plugins").json(body).send().status())
                .isEqualTo(202);
        assertThat(node.operations.asked).containsExactly("install http://localhost/a.jar ab");
        assertThat(node.admin("POST", "/api/v1/plugins").json("{}").send().detail())
                .contains("'url' is missing");
        assertThat(node.admin("POST", "/api/v1/plugins")
                        .json("{\"url\":\"http://localhost/a.jar\",\"sha\":\"ab\"}")
                        .send()
                        .code())
                .isEqualTo("UNKNOWN_FIELD");
    }

    @Test
    void aPluginIsUpdatedStartedAndStopped() {
        assertThat(node.admin("POST", "/api/v1/plugins/sample/update")
                        .body("application/java-archive", "sample".getBytes())
                        .send()
                        .status())
                .isEqualTo(202);
        assertThat(node.admin("POST", "/api/v1/plugins/sample/update")
                        .body("application/java-archive", "other".getBytes())
                        .send()
                        .detail())
                .isEqualTo("The jar is of the plugin other, not of sample.");
        assertThat(node.admin("POST", "/api/v1/plugins/none/update")
                        .body("application/java-archive", "none".getBytes())
                        .send()
                        .status())
                .isEqualTo(404);
        assertThat(node.admin("POST", "/api/v1/plugins/sample/stop?dryRun=true")
                        .send()
                        .json()
                        .findText("kind"))
                .contains("stop");
        assertThat(node.admin("POST", "/api/v1/plugins/sample/stop").send().status())
                .isEqualTo(202);
        assertThat(node.admin("POST", "/api/v1/plugins/sample/start").send().status())
                .isEqualTo(202);
        assertThat(node.admin("POST", "/api/v1/plugins/..%2F..%2Fetc/start")
                        .send()
                        .status())
                .isEqualTo(404);
        assertThat(node.operations.asked).containsExactly("install sample", "stop sample", "start sample");
        assertThat(node.admin("GET", "/api/v1/plugins/sample").send().text()).contains("\"uses\":[\"Sessions\"]");
    }

    @Test
    void theNodeAndItsComponentsAreShown() {
        Answered shown = node.admin("GET", "/api/v1/node").send();
        assertThat(shown.text())
                .contains("\"version\":\"9.9\"", "\"addresses\":[\"127.0.0.1:7420\",\"[::1]:7420\"]", "\"uptime\":");
        assertThat(node.admin("GET", "/api/v1/components").send().text())
                .isEqualTo(
                        "{\"items\":[{\"path\":\"engine\",\"state\":\"running\",\"facts\":{\"a\":\"1\"},\"parts\":"
                                + "[{\"path\":\"engine/feed\",\"state\":\"running\",\"facts\":{},\"parts\":[]}]}],\"next\":null}");
    }

    @Test
    void storesAreSwappedRolledBackAndDropped() {
        Answered job = node.admin("POST", "/api/v1/stores/documents/swap")
                .json("{\"adapter\":\"h2\",\"settings\":{\"cache\":\"8 MiB\"}}")
                .send();
        assertThat(job.status()).isEqualTo(202);
        assertThat(job.text())
                .contains(
                        "\"state\":\"running\",\"progress\":0.25,\"progressText\":\"copying\",\"eta\":12,\"result\":null,\"error\":null");
        assertThat(node.admin("POST", "/api/v1/stores/documents/rollback")
                        .send()
                        .status())
                .isEqualTo(202);
        assertThat(node.admin("POST", "/api/v1/stores/documents/drop").send().status())
                .isEqualTo(204);
        assertThat(node.operations.asked)
                .containsExactly("swap documents to h2 {cache=8 MiB}", "roll back documents", "drop documents");
        assertThat(node.admin("POST", "/api/v1/stores/documents/swap")
                        .json("{\"adapter\":\"h2\",\"settings\":{\"cache\":8}}")
                        .send()
                        .detail())
                .contains("cache");
        assertThat(node.admin("GET", "/api/v1/stores").send().text())
                .contains("\"adapter\":\"sqlite\"", "\"adapters\":[\"h2\",\"sqlite\"]");
    }

    @Test
    void jobsAreShownAndCancelled() {
        assertThat(node.admin("GET", "/api/v1/jobs").send().text())
                .startsWith("{\"items\":[{\"id\":\"j1\",\"kind\":\"store-swap\"");
        assertThat(node.admin("GET", "/api/v1/jobs/j1").send().status()).isEqualTo(200);
        assertThat(node.admin("DELETE", "/api/v1/jobs/j1").send().status()).isEqualTo(202);
        assertThat(node.admin("DELETE", "/api/v1/jobs/j2").send().status()).isEqualTo(404);
        assertThat(node.operations.asked).containsExactly("cancel j1");
    }

    @Test
    void usersAreMadeChangedAndDeletedAndTheirSecretsNeverShown() {
        Answered made = node.admin("POST", "/api/v1/users")
                .json("{\"name\":\"eve/x\",\"password\":\"s3cret s3cret\"}")
                .send();
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.header("Location")).isEqualTo("/api/v1/users/eve%2Fx");
        Answered changed = node.admin("PATCH", made.header("Location"))
                .json("{\"role\":\"admin\",\"disabled\":true,\"password\":\"another one\"}")
                .send();
        assertThat(changed.text())
                .isEqualTo("{\"id\":\"id-eve/x\",\"name\":\"eve/x\",\"role\":\"admin\",\"disabled\":true}");
        assertThat(node.accounts.accounts.get("eve/x").credentials()).containsEntry("password", "another one");
        assertThat(node.admin("GET", "/api/v1/users").send().text()).doesNotContain("another one", "password");
        assertThat(node.admin("PATCH", made.header("Location"))
                        .json("{\"role\":\"root\"}")
                        .send()
                        .status())
                .isEqualTo(400);
        assertThat(node.admin("DELETE", made.header("Location")).send().status())
                .isEqualTo(204);
        assertThat(node.admin("GET", made.header("Location")).send().status()).isEqualTo(404);
    }

    @Test
    void loggingInGivesTokensThatWork() {
        Answered login = node.ask("POST", "/api/v1/auth/login")
                .json("{\"method\":\"password\",\"identifier\":\"ann\",\"password\":\"" + MemoryLogins.PASSWORD + "\"}")
                .send();
        assertThat(login.json().findInt("expiresIn")).contains(300L);
        assertThat(login.header("Cache-Control")).isEqualTo("no-store");
        String access = login.json().findText("accessToken").orElseThrow();
        assertThat(node.ask("GET", "/api/v1/jobs")
                        .header("Authorization", "Bearer " + access)
                        .send()
                        .status())
                .isEqualTo(200);
        String refresh =
                "{\"refreshToken\":\"" + login.json().findText("refreshToken").orElseThrow() + "\"}";
        assertThat(node.ask("POST", "/api/v1/auth/refresh").json(refresh).send().status())
                .isEqualTo(200);
        assertThat(node.ask("POST", "/api/v1/auth/refresh").json(refresh).send().status())
                .isEqualTo(401);
        assertThat(node.ask("POST", "/api/v1/auth/logout").json(refresh).send().status())
                .isEqualTo(204);
        assertThat(node.ask("POST", "/api/v1/auth/logout").send().status()).isEqualTo(401);
        assertThat(node.ask("POST", "/api/v1/auth/logout")
                        .header("Authorization", "Bearer " + access)
                        .send()
                        .status())
                .isEqualTo(204);
        assertThat(node.ask("GET", "/api/v1/jobs")
                        .header("Authorization", "Bearer " + access)
                        .send()
                        .status())
                .isEqualTo(401);
        assertThat(node.ask("POST", "/api/v1/auth/login")
                        .json("{\"method\":\"password\",\"identifier\":\"ann\",\"password\":\"x\"}")
                        .send()
                        .code())
                .isEqualTo("LOGIN_FAILED");
        assertThat(node.ask("GET", "/api/v1/auth/methods").send().text())
                .startsWith(
                        "{\"items\":[{\"name\":\"password\",\"fields\":[{\"name\":\"identifier\",\"label\":\"Name\",\"type\":\"text\"},"
                                + "{\"name\":\"password\",\"label\":\"Password\",\"type\":\"secret\"}]}")
                .endsWith("\"next\":null}");
    }

    @Test
    void theFirstAdminIsMadeByTheCode() {
        assertThat(node.ask("POST", "/api/v1/auth/setup")
                        .json("{\"code\":\"wrong\",\"name\":\"ann\",\"password\":\"p\"}")
                        .send()
                        .code())
                .isEqualTo("FORBIDDEN");
        assertThat(node.ask("POST", "/api/v1/auth/setup/check")
                        .json("{\"code\":\"wrong\"}")
                        .send()
                        .detail())
                .contains("another node, or was not copied whole");
        String good = "{\"code\":\"" + MemoryAccounts.CODE + "\"}";
        assertThat(node.ask("POST", "/api/v1/auth/setup/check")
                        .json(good)
                        .send()
                        .status())
                .isEqualTo(204);
        Answered made = node.ask("POST", "/api/v1/auth/setup")
                .json("{\"code\":\"" + MemoryAccounts.CODE + "\",\"name\":\"ann\",\"password\":\"p\"}")
                .send();
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().findText("role")).contains("admin");
        assertThat(node.ask("POST", "/api/v1/auth/setup/check")
                        .json(good)
                        .send()
                        .detail())
                .contains("an admin already");
    }

    @Test
    void readyWaitsForTheStores() {
        assertThat(node.ask("GET", "/health").send().status()).isEqualTo(200);
        assertThat(node.ask("GET", "/ready").send().status()).isEqualTo(200);
        node.operations.storeState = "migrating";
        assertThat(node.ask("GET", "/ready").send().status()).isEqualTo(200);
        node.operations.storeState = "unavailable";
        assertThat(node.ask("GET", "/ready").send().status()).isEqualTo(503);
        assertThat(node.ask("GET", "/health").send().status()).isEqualTo(200);
    }
}
