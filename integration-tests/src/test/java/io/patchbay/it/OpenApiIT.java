package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.it.OpenApi.Operation;
import io.patchbay.it.twosteps.TwoSteps;
import io.patchbay.it.twosteps.TwoStepsPlugin;
import java.io.FileNotFoundException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Walks over every operation of openapi.json on a running node: what comes back is what the description says, whoever asks and however badly. */
@Timeout(180)
class OpenApiIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Pattern SETUP_CODE = Pattern.compile("/setup\\?code=(\\S+)");
    private static final Pattern JOB = Pattern.compile("/api/v1(/jobs/.+)");
    private static final Value THING = Value.struct("n", Value.of(1), "tags", Value.array(Value.of("a"), Value.NULL));

    @TempDir
    Path home;

    @TempDir
    Path jars;

    private final Set<String> succeeded = new TreeSet<>();
    private Node node;
    private OpenApi api;
    private Rest caller;

    @BeforeEach
    void start() {
        node = Node.start(home);
        caller = Rest.stranger(node.uri());
        api = new OpenApi(caller.get("//openapi.json").expect(200).json());
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void everyOperationIsAsDescribed() throws FileNotFoundException {
        becomeAdmin();
        nodeAndLogins();
        documents();
        events();
        keyValues();
        rulesAndUsers();
        pluginsStoresAndJobs();
        operation();
        call("deleteCollection", "/collections/things", "", 204);

        assertThat(succeeded)
                .as("operations that this test calls and sees succeed")
                .isEqualTo(api.operations().stream().map(Operation::id).collect(Collectors.toCollection(TreeSet::new)));
        assertThat(node.log()).doesNotContain(" ERROR ");
    }

    @Test
    void everyRefusalIsAsDescribed() {
        new Operator(home).addAdmin();
        Rest admin = new Operator(home).login(node.uri());
        Rest stranger = Rest.stranger(node.uri());
        Rest forger = new Rest(node.uri(), Optional.of("no.such.token"));
        for (Operation operation : api.operations()) {
            String path = "/" + operation.path("nothing");
            Rest.Answer unknown = send(stranger, operation, path, BodyPublishers.noBody());
            if (operation.isForAdmins()) {
                assertThat(unknown.status()).as(operation.id()).isEqualTo(401);
                assertThat(send(forger, operation, path, BodyPublishers.noBody())
                                .status())
                        .as(operation.id())
                        .isEqualTo(401);
            }
            if (operation.isOfRest()) {
                assertThat(send(admin, operation, path + "?nonsense=1", BodyPublishers.noBody())
                                .code())
                        .as(operation.id())
                        .isEqualTo("UNKNOWN_FIELD");
            }
            if (operation.hasBody()) {
                send(admin, operation, path, BodyPublishers.ofString("{\"nonsense\":"));
                send(admin, operation, path, BodyPublishers.ofString("{\"nonsense\":1}"));
                send(admin, operation, path, BodyPublishers.ofString("[]"), "Content-Type", "text/plain");
            } else if (!operation.method().equals("GET")) {
                send(admin, operation, path, BodyPublishers.noBody());
            }
        }
        assertThat(node.log()).doesNotContain(" ERROR ");
    }

    private Rest.Answer send(Rest who, Operation operation, String path, BodyPublisher body, String... headers) {
        Rest.Answer answer = who.send(operation.method(), path, body, headers);
        api.check(operation, answer);
        return answer;
    }

    private void becomeAdmin() {
        Matcher link = SETUP_CODE.matcher(node.awaitLine("/setup?code="));
        assertThat(link.find()).isTrue();
        call("checkSetup", "/auth/setup/check", "{\"code\":\"" + link.group(1) + "\"}", 204);
        call(
                "setup",
                "/auth/setup",
                "{\"code\":\"" + link.group(1) + "\",\"name\":\"" + Operator.ADMIN + "\",\"password\":\""
                        + Operator.PASSWORD + "\"}",
                201);
        Value.Struct tokens = login();
        caller = new Rest(node.uri(), tokens.findText("accessToken"));
    }

    private Value.Struct login() {
        return call(
                        "login",
                        "/auth/login",
                        "{\"method\":\"password\",\"identifier\":\"" + Operator.ADMIN + "\",\"password\":\""
                                + Operator.PASSWORD + "\"}",
                        200)
                .json();
    }

    private void nodeAndLogins() {
        call("health", "//health", "", 200);
        call("ready", "//ready", "", 200);
        call("jwks", "//.well-known/jwks.json", "", 200);
        call("openApi", "//openapi.json", "", 200);
        call("authMethods", "/auth/methods", "", 200);
        Value.Struct tokens =
                call("refresh", "/auth/refresh", refreshToken(login()), 200).json();
        call("logout", "/auth/logout", refreshToken(tokens), 204);
        call("refresh", "/auth/refresh", refreshToken(tokens), 401);
    }

    private static String refreshToken(Value.Struct tokens) {
        return "{\"refreshToken\":\"" + tokens.findText("refreshToken").orElseThrow() + "\"}";
    }

    private void documents() {
        call("createCollection", "/collections", "{\"name\":\"things\",\"indexes\":[\"n\",[\"n\",\"-m\"]]}", 201);
        call("createCollection", "/collections", "{\"name\":\"things\"}", 409);
        call("updateCollection", "/collections/things", "{\"rules\":{\"list\":\"true\"}}", 200);
        call("getCollection", "/collections/things", "", 200);
        call("listCollections", "/collections", "", 200);
        String documents = "/collections/things/documents";
        call("createDocument", documents, new String(Json.encode(THING), StandardCharsets.UTF_8), 201);
        call("putDocument", documents + "/a", "{\"n\":2}", 201, "Idempotency-Key", "k1");
        call("putDocument", documents + "/a", "{\"n\":2}", 201, "Idempotency-Key", "k1");
        call("putDocument", documents + "/a", "{}", 412, "If-None-Match", "*");
        call("putDocument", documents + "/a", "{\"n\":3}", 200);
        call("getDocument", documents + "/a", "", 200);
        call("getDocument", documents + "/a", "", 304, "If-None-Match", "*");
        call("getDocument", documents + "/none", "", 404);
        call("patchDocument", documents + "/a", "{\"m\":null,\"o\":{\"p\":1}}", 200, "Idempotency-Key", "k2");
        call("patchDocument", documents + "/a", "{\"m\":null,\"o\":{\"p\":1}}", 200, "Idempotency-Key", "k2");
        call("patchDocument", documents + "/a", "{}", 412, "If-Match", "\"1\"");
        call("listDocuments", documents + "?filter=n%20%3E%200&sort=-n&limit=1", "", 200);
        call("listDocuments", documents + "?filter=n%20%3E%3E%200", "", 400);
        call(
                "transaction",
                "/transactions",
                "{\"operations\":[{\"op\":\"put\",\"collection\":\"things\",\"document\":\"b\",\"data\":{}},"
                        + "{\"op\":\"patch\",\"collection\":\"things\",\"document\":\"a\",\"patch\":{\"n\":4}},"
                        + "{\"op\":\"check\",\"collection\":\"things\",\"document\":\"c\",\"ifAbsent\":true}]}",
                200);
        call("deleteDocument", documents + "/b", "", 204);
        call("deleteDocument", documents + "/b", "", 404);
        call("changes", "/changes?limit=10", "", 200);
        call("changes", "/changes?since=other:1", "", 410);
    }

    private void events() {
        call("issueTicket", "/events/tickets", "", 201);
        Operation events = api.require("events");
        String path = "/events?collection=things&since=other:1";
        try (EventStreamClient client = new EventStreamClient(node.uri(), path, caller.token())) {
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> client.events("snapshot").size() == 1);
            call("putDocument", "/collections/things/documents/e", "{}", 201);
            call("deleteDocument", "/collections/things/documents/e", "", 204);
            call("updateCollection", "/collections/things", "{\"rules\":{\"list\":null}}", 200);
            Awaitility.await().atMost(LIMIT).until(() -> client.changes().size() == 2);
            assertThat(client.events()).hasSizeGreaterThan(3);
            client.events().forEach(event -> api.checkEvent(events, event.data()));
        }
        call("events", "/events?collection=none", "", 404);
        succeeded.add("events");
    }

    private void keyValues() {
        call("defineBucket", "/kv/notes", "{\"rules\":{\"read\":\"true\"}}", 200);
        call("defineBucket", "/kv/notes", "{\"keys\":\"plain\"}", 409);
        call("listBuckets", "/kv", "", 200);
        Operation watch = api.require("watchKeys");
        try (EventStreamClient client =
                new EventStreamClient(node.uri(), "/events/kv?bucket=notes&prefix=a", caller.token())) {
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> client.events("subscribed").size() == 1);
            call("putKey", "/kv/notes/a/1?ttl=1", "one", 201, "Content-Type", "text/plain");
            call("putKey", "/kv/notes/a%2F2", "two", 201, "If-None-Match", "*");
            call("putKey", "/kv/notes/a/2", "", 200);
            call("putKey", "/kv/notes/a/2", "three", 412, "If-Match", "\"1\"");
            call("getKey", "/kv/notes/a/2", "", 200);
            call("getKey", "/kv/notes/a/2", "", 304, "If-None-Match", "*");
            call("getKey", "/kv/notes/none", "", 404);
            call("listKeys", "/kv/notes?prefix=a&start=a&end=b&limit=1&values=true", "", 200);
            call("listKeys", "/kv/notes?cursor=x", "", 400);
            call(
                    "commitKeys",
                    "/kv/notes/batch",
                    "{\"operations\":[{\"op\":\"put\",\"key\":\"a/3\",\"value\":\"AA==\",\"ttl\":60},"
                            + "{\"op\":\"check\",\"key\":\"a/2\"},{\"op\":\"delete\",\"key\":\"a/2\"}]}",
                    200);
            call("commitKeys", "/kv/notes/batch", "{\"operations\":[{\"op\":\"check\",\"key\":\"x\"}]}", 412);
            call("deleteKey", "/kv/notes/a/3", "", 204);
            call("deleteKey", "/kv/notes/a/3", "", 404);
            // The last one is that of the key whose time was over.
            Awaitility.await().atMost(LIMIT).until(() -> client.events("change").size() == 7);
            call("dropBucket", "/kv/notes", "", 204);
            Awaitility.await().atMost(LIMIT).until(() -> client.events("reload").size() == 1);
            client.events().forEach(event -> api.checkEvent(watch, event.data()));
        }
        call("watchKeys", "/events/kv?bucket=none", "", 404);
        succeeded.add("watchKeys");
    }

    private void operation() {
        call("getNode", "/node", "", 200);
        call("listComponents", "/components", "", 200);
        call("listLog", "/log?level=info&limit=5", "", 200);
        call("metrics", "//metrics", "", 200);
        try (EventStreamClient client = new EventStreamClient(node.uri(), "/log/events", caller.token())) {
            Awaitility.await().atMost(LIMIT).until(() -> client.connections() == 1);
        }
        succeeded.add("followLog");
    }

    private void rulesAndUsers() {
        call("checkRules", "/rules/check", "{\"rules\":{\"list\":\"true\"}}", 200);
        call("checkRules", "/rules/check", "{\"rules\":{\"list\":\"tr ue\"}}", 400);
        call(
                "testRules",
                "/rules/test",
                "{\"rules\":{\"create\":\"true\"},\"cases\":[{\"action\":\"create\",\"doc\":{},\"expect\":\"allow\"}]}",
                200);
        call(
                "createUser",
                "/users",
                "{\"name\":\"bob\",\"role\":\"user\",\"password\":\"" + Operator.PASSWORD + "\"}",
                201);
        call(
                "createUser",
                "/users",
                "{\"name\":\"bob\",\"role\":\"user\",\"password\":\"" + Operator.PASSWORD + "\"}",
                409);
        call("getUser", "/users/bob", "", 200);
        call("listUsers", "/users", "", 200);
        call("changeUser", "/users/bob", "{\"disabled\":true}", 200);
        call("deleteUser", "/users/bob", "", 204);
        call("deleteUser", "/users/" + Operator.ADMIN, "", 409);
    }

    private void pluginsStoresAndJobs() throws FileNotFoundException {
        call("listPlugins", "/plugins", "", 200);
        Rest.Answer plan = upload("installPlugin", "/plugins?dryRun=true", SampleStore.jar(), 200);
        await(call("applyPluginPlan", "/plugin-plans/apply", plan.text(), 202));
        call("applyPluginPlan", "/plugin-plans/apply", plan.text(), 409);
        call("applyPluginPlan", "/plugin-plans/apply", "{}", 400);
        install("/plugins", SampleStore.version("0.2.0", jars), 202);
        call("getPlugin", "/plugins/" + SampleStore.PLUGIN, "", 200);
        String plugin = "/plugins/" + SampleStore.PLUGIN;
        call("rollBackPlugin", plugin + "/rollback?dryRun=true", "", 200);
        await(call("rollBackPlugin", plugin + "/rollback", "", 202));
        call("listPluginReceipts", "/plugin-receipts", "", 200);
        call("collectPlugins", "/plugin-receipts/collect", "", 200);
        upload("updatePlugin", plugin + "/update", SampleStore.version("0.3.0", jars), 202);
        call("stopPlugin", plugin + "/stop?dryRun=true", "", 200);
        await(call("stopPlugin", plugin + "/stop", "", 202));
        await(call("startPlugin", plugin + "/start", "", 202));
        Rest.Answer swap = call("swapStore", "/stores/documents/swap", "{\"adapter\":\"h2\",\"plaintext\":true}", 202);
        await(swap);
        call("listStores", "/stores", "", 200);
        call("getStoreVerification", "/stores/documents/verification", "", 404);
        await(call("verifyStore", "/stores/documents/verify?against=sqlite", "", 202));
        call("getStoreVerification", "/stores/documents/verification?limit=10&cursor=0", "", 200);
        await(call("rollBackStore", "/stores/documents/rollback", "", 202));
        call("dropStore", "/stores/documents/drop", "", 204);
        call("dropStore", "/stores/documents/drop", "", 409);
        call("swapStore", "/stores/none/swap", "{\"adapter\":\"h2\",\"plaintext\":true}", 404);
        call("listJobs", "/jobs", "", 200);
        call("cancelJob", job(swap), "", 202);
        loginInTwoSteps();
        call("uninstallPlugin", "/plugins/" + SampleStore.PLUGIN + "?dryRun=true", "", 200);
        await(call("uninstallPlugin", "/plugins/" + SampleStore.PLUGIN, "", 202));
    }

    private void loginInTwoSteps() {
        BodyPublisher jar = BodyPublishers.ofByteArray(TwoStepsPlugin.jar("1.0.0", 1, "1"));
        await(call("installPlugin", "/plugins", jar, 202, "Content-Type", "application/java-archive"));
        String begin = "{\"method\":\"" + TwoSteps.NAME + "\",\"identifier\":\"zoe\",\"password\":\""
                + TwoSteps.PASSWORD + "\"}";
        for (String code : List.of(TwoSteps.codeOf("zoe"), "wrong")) {
            String login = call("login", "/auth/login", begin, 200)
                    .json()
                    .findText("login")
                    .orElseThrow();
            String answer = "{\"login\":\"" + login + "\",\"answers\":{\"code\":\"" + code + "\"}}";
            call("login", "/auth/login", answer, code.equals("wrong") ? 401 : 200);
            call("login", "/auth/login", answer, 401);
        }
        call("authMethods", "/auth/methods", "", 200);
    }

    private void install(String path, Path jar, int status) throws FileNotFoundException {
        upload("installPlugin", path, jar, status);
    }

    private Rest.Answer upload(String operation, String path, Path jar, int status) throws FileNotFoundException {
        Rest.Answer answer =
                call(operation, path, BodyPublishers.ofFile(jar), status, "Content-Type", "application/java-archive");
        if (status == 202) {
            await(answer);
        }
        return answer;
    }

    private static String job(Rest.Answer accepted) {
        Matcher location = JOB.matcher(accepted.header("Location").orElseThrow());
        assertThat(location.matches()).isTrue();
        return location.group(1);
    }

    private void await(Rest.Answer accepted) {
        String job = job(accepted);
        Awaitility.await()
                .atMost(LIMIT)
                .until(() ->
                        !call("getJob", job, "", 200).json().findText("state").equals(Optional.of("running")));
        assertThat(caller.get(job).json().findText("state")).contains("succeeded");
    }

    private Rest.Answer call(String operation, String path, String body, int status, String... headers) {
        BodyPublisher publisher = body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        return call(operation, path, publisher, status, headers);
    }

    private Rest.Answer call(String id, String path, BodyPublisher body, int status, String... headers) {
        Operation operation = api.require(id);
        Rest.Answer answer =
                caller.send(operation.method(), path, body, headers).expect(status);
        api.check(operation, answer);
        if (status < 300) {
            succeeded.add(id);
        }
        return answer;
    }
}
