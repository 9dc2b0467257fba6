package io.patchbay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KvCommandTest {
    @TempDir
    private Path home;

    private final Terminal terminal = new Terminal();
    private FakeNode node;

    @BeforeEach
    void open() throws IOException {
        node = new FakeNode(home);
    }

    @AfterEach
    void close() throws IOException {
        node.close();
    }

    private int kv(String... words) {
        String[] all = new String[words.length + 3];
        all[0] = "kv";
        System.arraycopy(words, 0, all, 1, words.length);
        all[all.length - 2] = "--home";
        all[all.length - 1] = home.toString();
        return terminal.run(all);
    }

    private static Value.Struct done(Value answer) {
        return Value.struct("result", answer);
    }

    private static Value.Struct committed(boolean deleted) {
        return done(Value.struct(
                "revision",
                Value.of(7),
                "results",
                Value.array(Value.struct("key", Value.of("k"), "created", Value.FALSE, "deleted", Value.of(deleted)))));
    }

    @Test
    void aPutIsAnOperationWithItsConditions() throws IOException {
        node.answers(committed(false));
        assertThat(kv("put", "b", "k", "text", "--type", "x/y", "--ttl", "60", "--if-absent"))
                .isZero();
        assertThat(node.requests.get(0).find("operations"))
                .contains(Value.array(Value.struct(
                        "op", Value.of("put"),
                        "key", Value.of("k"),
                        "text", Value.of("text"),
                        "contentType", Value.of("x/y"),
                        "ttl", Value.of(60),
                        "ifAbsent", Value.TRUE)));
        assertThat(terminal.out).hasToString("Put k at revision 7.\n");
        Path file = Files.write(home.resolve("value"), new byte[] {0, 1});
        assertThat(kv("put", "b", "k", "--file", file.toString(), "--if-revision", "3"))
                .isZero();
        assertThat(node.requests.get(1).find("operations"))
                .contains(Value.array(Value.struct(
                        "op", Value.of("put"),
                        "key", Value.of("k"),
                        "value", Value.of("AAE="),
                        "ifRevision", Value.of(3))));
    }

    @Test
    void aPutHasOneValueThatIsNotTooLarge() throws IOException {
        assertThat(kv("put", "b", "k")).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
        assertThat(kv("put", "b", "k", "text", "--file", "-")).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
        Path file = Files.write(home.resolve("value"), new byte[(1 << 20) + 1]);
        assertThat(kv("put", "b", "k", "--file", file.toString())).isEqualTo(ExitCodes.FAILED);
        assertThat(kv("put", "b", "k", "--file", home.resolve("none").toString()))
                .isEqualTo(ExitCodes.FAILED);
        assertThat(terminal.err.toString()).contains("over HTTP").contains("no such file");
        assertThat(node.requests).isEmpty();
    }

    @Test
    void deletingWhatIsNotThereFails() {
        node.answers(committed(true));
        assertThat(kv("delete", "b", "k")).isZero();
        node.answers(committed(false));
        assertThat(kv("delete", "b", "k")).isEqualTo(ExitCodes.FAILED);
        assertThat(terminal.out).hasToString("Deleted k.\n");
        assertThat(terminal.err.toString()).contains("There is no key 'k' in b");
    }

    @Test
    void keysAreListedAndMoreIsSaid() {
        node.answers(done(Value.struct(
                "items",
                Value.array(Value.struct(
                        "key", Value.of("a/1"),
                        "revision", Value.of(3),
                        "size", Value.of(12),
                        "contentType", Value.of("x/y"))),
                "next",
                Value.of("cursor"))));
        assertThat(kv("list", "b", "--prefix", "a/", "--end", "z")).isZero();
        assertThat(node.requests.get(0).findText("prefix")).contains("a/");
        assertThat(node.requests.get(0).find("start")).isEmpty();
        assertThat(terminal.out.toString().lines().toList())
                .isEqualTo(List.of("KEY  REVISION  BYTES  TYPE  EXPIRES", "a/1  3         12     x/y"));
        assertThat(terminal.err.toString()).contains("There are more");
    }

    @Test
    void aBucketIsDefinedWithItsRules() {
        node.answers(done(Value.Struct.EMPTY));
        assertThat(kv("bucket", "define", "b", "--rule", "read=key != 'x'", "--plain-keys"))
                .isZero();
        assertThat(node.requests.get(0).find("definition"))
                .contains(
                        Value.struct("keys", Value.of("plain"), "rules", Value.struct("read", Value.of("key != 'x'"))));
        assertThat(kv("bucket", "delete", "b")).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
        assertThat(kv("bucket", "delete", "b", "--yes")).isZero();
        assertThat(node.requests).hasSize(2);
    }
}
