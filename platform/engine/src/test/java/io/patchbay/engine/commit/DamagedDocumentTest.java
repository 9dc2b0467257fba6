package io.patchbay.engine.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.crypto.Sealer;
import io.patchbay.api.document.Value;
import io.patchbay.engine.feed.ChangeFeed;
import io.patchbay.engine.keys.NodeKeyring;
import io.patchbay.engine.keys.TestKeyring;
import io.patchbay.engine.store.StoreSealing;
import io.patchbay.engine.testing.TestPlane;
import io.patchbay.store.sqlite.SqliteDocumentStoreFactory;
import io.patchbay.testkit.session.MemoryMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

class DamagedDocumentTest {
    @TempDir
    Path home;

    private TestPlane open() {
        NodeKeyring keyring = TestKeyring.in(home.resolve("keys"));
        StoreSealing sealing = new StoreSealing() {
            @Override
            public boolean sealsNew() {
                return true;
            }

            @Override
            public Sealer openSealer(Path folder) {
                return keyring.openSealer(folder);
            }
        };
        return new TestPlane(
                home,
                new SqliteDocumentStoreFactory(new MemoryMetrics()),
                sealing,
                Clock.systemUTC(),
                ChangeFeed.RECENT_TRANSACTIONS);
    }

    /** A document that does not open is refused by name; what others write beside it, in the same batch, is not. */
    @Test
    void oneDamagedDocumentRefusesItsOwnWritersAlone() throws Exception {
        try (TestPlane node = open()) {
            node.collection("things");
            node.put("things", "whole", Value.struct("n", Value.of(1)));
            node.put("things", "damaged", Value.struct("n", Value.of(2)));
        }
        damageTheLast();
        try (TestPlane node = open()) {
            List<CompletableFuture<Boolean>> writes = IntStream.range(0, 40)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> put(node, i)))
                    .toList();
            for (int i = 0; i < writes.size(); i++) {
                assertThat(writes.get(i).join()).as("write %d", i).isEqualTo(i % 4 != 0);
            }
            assertThatThrownBy(() -> node.put("things", "damaged", Value.struct("n", Value.of(3))))
                    .hasMessageContaining("does not open");
        }
    }

    private static boolean put(TestPlane node, int i) {
        try {
            node.put("things", i % 4 == 0 ? "damaged" : "whole-" + i % 7, Value.struct("n", Value.of(i)));
            return true;
        } catch (CompletionException e) {
            assertThat(e.getCause())
                    .isInstanceOfSatisfying(
                            PatchbayException.class,
                            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.DATA_DAMAGED));
            return false;
        }
    }

    private void damageTheLast() throws Exception {
        Path file;
        try (Stream<Path> files = Files.walk(home)) {
            file = files.filter(path -> path.endsWith("documents.sqlite"))
                    .findFirst()
                    .orElseThrow();
        }
        try (Connection connection = new JDBC().connect("jdbc:sqlite:" + file, new Properties());
                Statement statement = connection.createStatement()) {
            damage(statement);
        }
    }

    private static void damage(Statement statement) throws SQLException {
        assertThat(
                        statement.executeUpdate(
                                "UPDATE document SET body = CAST(substr(body, 1, 20) || x'0001' || substr(body, 23) AS BLOB) WHERE revision = (SELECT max(revision) FROM document)"))
                .isEqualTo(1);
    }
}
