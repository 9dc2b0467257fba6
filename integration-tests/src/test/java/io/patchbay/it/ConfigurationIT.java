package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What conf/patchbay.yaml says is what a node does: at its start, and from a change on without one. */
class ConfigurationIT {
    @TempDir
    Path home;

    @Test
    void everySettingReachesThePartThatItIsFor() throws IOException {
        write("""
                feed: {keep: 2h, keepBytes: 3MiB}
                auth: {accessTokenLifetime: 4m, refreshTokenLifetime: 3m}
                """);
        Operator operator = new Operator(home);
        operator.addAdmin();
        try (Node node = Node.start(home)) {
            Rest stranger = Rest.stranger(node.uri());
            assertThat(metrics(stranger))
                    .contains("patchbay_feed_keep_seconds 7200.0", "patchbay_feed_keep_bytes 3145728.0");
            // No token outlives the login that it belongs to.
            assertThat(expiresIn(stranger)).isBetween(179L, 180L);

            write("""
                    feed: {keep: 3h, keepBytes: 4MiB}
                    auth: {accessTokenLifetime: 2m, refreshTokenLifetime: 5d}
                    """);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(metrics(stranger))
                            .contains("patchbay_feed_keep_seconds 10800.0", "patchbay_feed_keep_bytes 4194304.0"));
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(expiresIn(stranger)).isEqualTo(120));
        }
    }

    private void write(String yaml) throws IOException {
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/patchbay.yaml"), yaml);
    }

    private static String metrics(Rest rest) {
        return rest.send("GET", "//metrics", BodyPublishers.noBody())
                .expect(200)
                .text();
    }

    private static long expiresIn(Rest stranger) {
        Value.Struct tokens =
                stranger.tryLogin(Operator.ADMIN, Operator.PASSWORD).expect(200).json();
        return ((Value.Int) tokens.fields().get("expiresIn")).value();
    }
}
