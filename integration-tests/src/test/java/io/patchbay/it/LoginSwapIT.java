package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import io.patchbay.it.twosteps.TwoSteps;
import io.patchbay.it.twosteps.TwoStepsPlugin;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Login methods are updated under those who log in, and no login fails, half-done ones included. {@code -Dpatchbay.logins.updates=N} makes it long. */
@Timeout(600)
class LoginSwapIT {
    private static final int UPDATES = Integer.getInteger("patchbay.logins.updates", 20);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TWO_STEPS = "/plugins/" + TwoStepsPlugin.PLUGIN;
    private static final int MANY = 10_000;
    private static final int AT_ONCE = 100;
    /** What one network may have half done. */
    private static final int PER_NETWORK = 256;

    /** The password is {@link Operator#PASSWORD}, hashed by crypt(3), which Apache's own htpasswd -B calls too. */
    private static final String BOB = "bob:$2y$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS\n";

    @TempDir
    Path home;

    @TempDir
    Path jars;

    private Node node;
    private Rest admin;
    private Rest stranger;

    @BeforeEach
    void start() throws IOException {
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/htpasswd"), BOB);
        node = Node.start(home);
        Operator operator = new Operator(home);
        operator.addAdmin();
        admin = operator.login(node.uri());
        stranger = Rest.stranger(node.uri());
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void noLoginFailsWhileTheMethodsAreUpdatedAgainAndAgain() throws IOException {
        Path htpasswd = Distribution.shared().folder().resolve("samples/patchbay-auth-htpasswd-0.1.0.jar");
        upload("/plugins", htpasswd);
        try (SteadyLogins logins = new SteadyLogins(stranger)) {
            logins.start(2, "password", Operator.ADMIN);
            logins.start(2, "htpasswd", "bob");
            for (int i = 1; i <= UPDATES; i++) {
                String version = "0.2." + i;
                upload("/plugins", BundleVersion.ofCore("auth-password", version, jars));
                upload("/plugins", SampleStore.version(htpasswd, version, jars));
                logins.awaitProgress();
            }
            logins.stop();
            System.out.printf(
                    "LoginSwapIT: %d updates of two methods, %d logins, the longest %d ms%n",
                    UPDATES, logins.count(), logins.longest().toMillis());
        }
        assertThat(admin.get("/plugins").items())
                .extracting(plugin -> plugin.findText("version").orElseThrow())
                .containsOnly("0.2." + UPDATES);
        assertThat(admin.send("POST", "/plugin-receipts/collect", BodyPublishers.noBody())
                        .expect(200)
                        .items())
                .hasSize(2 * UPDATES)
                .allMatch(receipt -> receipt.findText("state").orElseThrow().equals("collected"));
        assertThat(metric("patchbay_logins_total", "result", "failed")).isZero();
        assertThat(metric("patchbay_logins_total", "result", "refused")).isZero();
        assertThat(node.log()).doesNotContain(" ERROR ");
    }

    @Test
    void halfDoneLoginsGoOnWithTheNewVersionOrAreToldToStartAgain() {
        upload("/plugins", TwoStepsPlugin.jar("1.0.0", 1, "1"));
        String overRest = beginOverRest("zoe");
        try (Wire wire = Wire.connect(node.uri())) {
            String overWire = beginOver(wire, "mia");
            assertThat(planned(TWO_STEPS + "/update", TwoStepsPlugin.jar("2.0.0", 2, "1,2")))
                    .contains("2 logins that are half done go on with the new one.");
            upload("/plugins", TwoStepsPlugin.jar("2.0.0", 2, "1,2"));

            assertThat(user(answer(overRest, TwoSteps.codeOf("zoe")).expect(200).json()))
                    .isEqualTo("zoe");
            assertThat(user(wire.ask("login", "login", Value.of(overWire), "answers", code(TwoSteps.codeOf("mia")))))
                    .isEqualTo("mia");

            String lost = beginOverRest("zoe");
            byte[] other = TwoStepsPlugin.jar("3.0.0", 3, "3");
            assertThat(refusal(TWO_STEPS + "/update", other))
                    .contains("3.0.0 cannot adopt the state of")
                    .contains("logins that are half done, now 1, would have to start again");
            succeed(send("POST", TWO_STEPS + "/update?reconnect=true", other));
            Rest.Answer expired = answer(lost, TwoSteps.codeOf("zoe")).expect(401);
            assertThat(expired.code()).isEqualTo("LOGIN_EXPIRED");
            assertThat(expired.text()).contains("start the login again");
            assertThat(user(answer(beginOverRest("zoe"), TwoSteps.codeOf("zoe"))
                            .expect(200)
                            .json()))
                    .isEqualTo("zoe");
        }
        assertThat(node.log()).doesNotContain(" ERROR ");
    }

    @Test
    void whoseMethodIsUninstalledIsToldSoAndGoesOnIfItComesBack() {
        upload("/plugins", TwoStepsPlugin.jar("1.0.0", 1, "1"));
        String login = beginOverRest("zoe");
        assertThat(planned("DELETE", TWO_STEPS, new byte[0]))
                .contains("new logins by it are refused")
                .contains("1 login that is half done goes on only if it comes back in time.");

        succeed(send("DELETE", TWO_STEPS, new byte[0]));

        Rest.Answer away = answer(login, TwoSteps.codeOf("zoe")).expect(503);
        assertThat(away.text()).contains("The login method 'two-steps' is not there now; try again later.");
        assertThat(stranger.get("/auth/methods").expect(200).text())
                .contains("\"password\"")
                .doesNotContain("two-steps");
        upload("/plugins", TwoStepsPlugin.jar("1.0.1", 1, "1"));
        assertThat(user(answer(login, TwoSteps.codeOf("zoe")).expect(200).json()))
                .isEqualTo("zoe");
        assertThat(node.log()).doesNotContain(" ERROR ");
    }

    @Test
    void hostileAnswersAndBeginningsWithoutEndHarmNobody() {
        upload("/plugins", TwoStepsPlugin.jar("1.0.0", 1, "1"));
        String login = beginOverRest("zoe");
        String huge = "x".repeat(1 << 20);

        assertThat(answer(login, huge).expect(413).code()).isEqualTo("TOO_LARGE");
        assertThat(answer(huge, "1").expect(401).code()).isEqualTo("LOGIN_EXPIRED");
        assertThat(answer(login.substring(1) + "A", "1").expect(401).code()).isEqualTo("LOGIN_EXPIRED");
        assertThat(begin("zoe" + huge).expect(413).code()).isEqualTo("TOO_LARGE");
        Value.Struct smuggled = code(TwoSteps.codeOf("zoe")).with("identifier", Value.of(Operator.ADMIN));
        assertThat(stranger.post("/auth/login", Value.struct("login", Value.of(login), "answers", smuggled))
                        .expect(400)
                        .code())
                .isEqualTo("UNKNOWN_FIELD");
        assertThat(user(answer(login, TwoSteps.codeOf("zoe")).expect(200).json()))
                .as("none of these used it up")
                .isEqualTo("zoe");
        assertThat(answer(login, TwoSteps.codeOf("zoe")).expect(401).code()).isEqualTo("LOGIN_EXPIRED");

        try (Wire wire = Wire.connect(node.uri())) {
            String first = beginOver(wire, "mia");
            String last = first;
            Deque<CompletableFuture<Value.Struct>> inFlight = new ArrayDeque<>();
            for (int i = 0; i < MANY; i++) {
                inFlight.add(wire.send("login", beginning("user" + i)));
                if (inFlight.size() >= AT_ONCE || i == MANY - 1) {
                    while (!inFlight.isEmpty()) {
                        last = login(Wire.await(inFlight.remove()));
                    }
                }
            }
            assertThat(metric("patchbay_half_done_logins")).isEqualTo(PER_NETWORK);
            assertThat(answer(first, TwoSteps.codeOf("mia")).expect(401).code()).isEqualTo("LOGIN_EXPIRED");
            String newest = last;
            assertThat(answer(newest, TwoSteps.codeOf("user" + (MANY - 1)))
                            .expect(200)
                            .json()
                            .findText("accessToken"))
                    .isPresent();
        }
        new Operator(home).login(node.uri()).get("/collections").expect(200);
        assertThat(node.log()).doesNotContain(" ERROR ", huge);
    }

    private String beginOverRest(String name) {
        Value.Struct half = begin(name).expect(200).json();
        assertThat(half.toString()).contains("Type the code.");
        assertThat(half.findText("accessToken")).isEmpty();
        return login(half);
    }

    private Rest.Answer begin(String name) {
        return stranger.post("/auth/login", Value.struct(beginning(name)));
    }

    private static String beginOver(Wire wire, String name) {
        return login(wire.ask("login", beginning(name)));
    }

    private static Object[] beginning(String name) {
        return new Object[] {
            "method", Value.of(TwoSteps.NAME), "identifier", Value.of(name), "password", Value.of(TwoSteps.PASSWORD)
        };
    }

    private static String login(Value.Struct half) {
        return half.findText("login").orElseThrow();
    }

    private Rest.Answer answer(String login, String code) {
        return stranger.post("/auth/login", Value.struct("login", Value.of(login), "answers", code(code)));
    }

    private static Value.Struct code(String code) {
        return Value.struct("code", Value.of(code));
    }

    private static String user(Value.Struct tokens) {
        return ((Value.Struct) tokens.fields().get("user")).findText("name").orElseThrow();
    }

    private double metric(String name, String... labels) {
        return Scrape.parse(admin.get("//metrics").expect(200).text()).value(name, labels);
    }

    private void upload(String path, Path jar) throws IOException {
        upload(path, Files.readAllBytes(jar));
    }

    private void upload(String path, byte[] jar) {
        succeed(send("POST", path, jar));
    }

    private String planned(String path, byte[] jar) {
        return planned("POST", path, jar);
    }

    private String planned(String method, String path, byte[] jar) {
        return send(method, path + "?dryRun=true", jar).expect(200).text();
    }

    private String refusal(String path, byte[] jar) {
        Rest.Answer refused = send("POST", path, jar);
        assertThat(refused.status()).isGreaterThanOrEqualTo(400);
        return refused.text();
    }

    private Rest.Answer send(String method, String path, byte[] jar) {
        return admin.send(method, path, BodyPublishers.ofByteArray(jar), "Content-Type", "application/java-archive");
    }

    private void succeed(Rest.Answer accepted) {
        String path = accepted.expect(202).header("Location").orElseThrow().substring("/api/v1".length());
        Value.Struct job = await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> admin.get(path).expect(200).json(),
                        each -> !each.findText("state").orElseThrow().equals("running"));
        assertThat(job.findText("state")).as(job.toString()).contains("succeeded");
    }
}
