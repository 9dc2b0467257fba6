package io.patchbay.store.sqlite;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConnection;

/**
 * One connection to the file, with its prepared statements. Whoever uses it holds its monitor, so that it may be closed from another thread in between; from then on its statements fail.
 */
final class Database implements AutoCloseable {
    /**
     * Of a new file; one that is there keeps its own. Small, for keys and entries lie anywhere, and a write of 40 bytes among them puts a whole page into the log, as a read of them takes one from the disk.
     */
    static final int PAGE_BYTES = 4096;

    private static final int BUSY_MS = 10_000;
    /**
     * Memory for pages: the writer's, for an index's pages are written all over. Not more: where a page was split, SQLite goes over its whole cache at the commit, as long as the file is smaller than
     * 1 GiB; that cost more than what a larger cache saves, for the system keeps the pages as well.
     */
    private static final int WRITER_CACHE_KB = 16 << 10;
    /**
     * Each reader's: room for the inner pages of some millions of documents. The others are read once and are in the system's cache; keeping them too costs more, in the processor's
     * own cache, than it saves.
     */
    private static final int READER_CACHE_KB = 2 << 10;
    /** Else the driver asks for the last row's number after every statement that writes, which costs as much as the write. */
    private static final String GENERATED_KEYS = "jdbc.get_generated_keys";

    /** What may fail with SQLite. */
    @FunctionalInterface
    interface Step {
        void run() throws SQLException;
    }

    private final SQLiteConnection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    private Database(SQLiteConnection connection) {
        this.connection = connection;
    }

    /** For reading and writing; creates the file. */
    static Database openWriter(Path file) throws SQLException {
        return open(
                file,
                List.of(
                        // Takes effect in a new file alone, and only before anything else is written.
                        "PRAGMA page_size = " + PAGE_BYTES,
                        "PRAGMA journal_mode = WAL",
                        // NORMAL loses acknowledged writes when the power goes.
                        "PRAGMA synchronous = FULL",
                        "PRAGMA secure_delete = ON",
                        "PRAGMA cache_size = -" + WRITER_CACHE_KB,
                        "PRAGMA wal_autocheckpoint = " + Checkpointer.BOUND_PAGES,
                        "PRAGMA journal_size_limit = " + Checkpointer.KEPT_LOG_BYTES));
    }

    static Database openReader(Path file) throws SQLException {
        return open(file, List.of("PRAGMA query_only = ON", "PRAGMA cache_size = -" + READER_CACHE_KB));
    }

    static Database openCheckpointer(Path file) throws SQLException {
        return open(file, List.of("PRAGMA synchronous = FULL"));
    }

    /** A database in memory, which all that open it by this name share; it goes with the last of them. */
    static Database openMemory(String name, int cacheKb) throws SQLException {
        return open(
                "file:/" + name + "?vfs=memdb",
                List.of(
                        "PRAGMA page_size = " + PAGE_BYTES,
                        "PRAGMA synchronous = OFF",
                        "PRAGMA cache_size = -" + cacheKb));
    }

    private static Database open(Path file, List<String> pragmas) throws SQLException {
        // As a URI, in which no character of the path has a meaning of its own.
        return open(file.toUri().toASCIIString(), pragmas);
    }

    private static Database open(String uri, List<String> pragmas) throws SQLException {
        // The driver itself, for DriverManager would hold on to this bundle.
        Properties settings = new Properties();
        settings.setProperty(GENERATED_KEYS, "false");
        SQLiteConnection connection = (SQLiteConnection) new JDBC().connect("jdbc:sqlite:" + uri, settings);
        Database database = new Database(connection);
        try {
            connection.setBusyTimeout(BUSY_MS);
            database.execute("PRAGMA temp_store = MEMORY");
            // An I/O error in mapped memory ends the process.
            database.execute("PRAGMA mmap_size = 0");
            for (String pragma : pragmas) {
                database.execute(pragma);
            }
            return database;
        } catch (SQLException | RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /** A statement of this connection, prepared once; its caller closes each result before the next use. */
    PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        return statement;
    }

    /** Runs a statement that is needed again and again. */
    void run(String sql) throws SQLException {
        prepare(sql).executeUpdate();
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    long queryLong(String sql) throws SQLException {
        try (ResultSet row = prepare(sql).executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** Ends what runs now; from any thread, without the monitor. */
    void interrupt() throws SQLException {
        connection.getDatabase().interrupt();
    }

    /** Ends the transaction, if there still is one: SQLite itself rolls back after most failures of the disk. */
    void rollBack() {
        try {
            run("ROLLBACK");
        } catch (SQLException e) {
            // There was none.
        }
    }

    @Override
    public synchronized void close() {
        try {
            for (PreparedStatement statement : statements.values()) {
                statement.close();
            }
            connection.close();
        } catch (SQLException e) {
            // The file is safe: what was committed is on the disk, and the rest is rolled back when it is next opened.
        }
    }
}
