package io.patchbay.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentStore;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.testkit.session.MemoryMetrics;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.JDBC;

/** What is found in a store's directory, and how it is opened. */
class StoreFileTest {
    private final SqliteDocumentStoreFactory factory = new SqliteDocumentStoreFactory(new MemoryMetrics());

    @TempDir
    private Path directory;

    @Test
    void newerFormatIsRefusedAndLeftAlone() throws Exception {
        factory.open(directory, Map.of()).close();
        execute("PRAGMA user_version = 99");
        assertUnavailable(() -> factory.open(directory, Map.of()), "format 99");
        execute("PRAGMA user_version = " + Schema.VERSION);
        factory.open(directory, Map.of()).close();
    }

    @Test
    void foreignDatabaseIsRefusedAndLeftAlone() throws Exception {
        execute("CREATE TABLE theirs (a)");
        assertUnavailable(() -> factory.open(directory, Map.of()), "none of Patchbay's");
        execute("DROP TABLE theirs");
    }

    @Test
    void fileThatIsNoDatabaseIsRefused() throws Exception {
        Files.writeString(directory.resolve("documents.sqlite"), "not a database ".repeat(1000));
        assertUnavailable(() -> factory.open(directory, Map.of()), "not a database");
    }

    @Test
    void anErrorWhileItIsOpenedLeavesNoLockBehind() {
        MemoryMetrics metrics = new MemoryMetrics();
        AtomicBoolean whole = new AtomicBoolean();
        Metrics lacking = (Metrics) Proxy.newProxyInstance(
                Metrics.class.getClassLoader(), new Class<?>[] {Metrics.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("whenAsked") && !whole.get()) {
                        throw new NoClassDefFoundError("gone");
                    }
                    return method.invoke(metrics, arguments);
                });
        SqliteDocumentStoreFactory broken = new SqliteDocumentStoreFactory(lacking);
        assertThatThrownBy(() -> broken.open(directory, Map.of())).isInstanceOf(NoClassDefFoundError.class);
        whole.set(true);
        broken.open(directory, Map.of()).close();
    }

    @Test
    void storeThatAnotherHasTakenOverWritesNoMore() throws Exception {
        try (DocumentStore store = factory.open(directory, Map.of())) {
            store.begin("e", 0);
            execute("UPDATE state SET generation = generation + 1");
            assertUnavailable(() -> store.begin("f", 0), "taken this store over");
            assertThat(store.findFault()).isPresent();
        }
    }

    @Test
    void fileIsKeptAsDurablyAsDecided() throws Exception {
        try (Database writer = Database.openWriter(directory.resolve("documents.sqlite"))) {
            Schema.require(writer, directory);
            assertThat(writer.queryLong("PRAGMA synchronous")).isEqualTo(2);
            assertThat(writer.queryLong("PRAGMA page_size")).isEqualTo(4096);
            assertThat(writer.queryLong("PRAGMA secure_delete")).isEqualTo(1);
            assertThat(writer.queryLong("PRAGMA mmap_size")).isZero();
            assertThat(Files.exists(directory.resolve("documents.sqlite-wal"))).isTrue();
        }
    }

    @Test
    void readersAreANumberWithinReason() {
        assertThat(SqliteConfig.parse(Map.of()).readers()).isEqualTo(SqliteConfig.DEFAULT_READERS);
        assertThat(SqliteConfig.parse(Map.of("readers", "3")).readers()).isEqualTo(3);
        for (String wrong : new String[] {"0", "65", "many", ""}) {
            assertThatThrownBy(() -> SqliteConfig.parse(Map.of("readers", wrong)))
                    .isInstanceOf(PatchbayException.class)
                    .hasMessageContaining("'" + wrong + "'");
        }
        assertThatThrownBy(() -> SqliteConfig.parse(Map.of("reader", "3")))
                .hasMessageContaining("Did you mean 'readers'");
    }

    private void execute(String sql) throws SQLException {
        String url = "jdbc:sqlite:" + directory.resolve("documents.sqlite");
        try (Connection connection = new JDBC().connect(url, new Properties());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void assertUnavailable(ThrowingCallable call, String words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE))
                .hasMessageContaining(words);
    }
}
