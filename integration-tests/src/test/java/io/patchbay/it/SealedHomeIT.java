package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that a user wrote stands in clear in any file of the home, by whatever door it came. */
class SealedHomeIT {
    /** In everything that is written; no other file has it by chance. */
    private static final String MARK = "xqzj";

    @TempDir
    Path home;

    @TempDir
    Path elsewhere;

    @Test
    void nothingThatCameByAnyDoorStandsInClear() throws IOException {
        Operator operator = new Operator(home);
        try (Node node = Node.start(home)) {
            operator.addAdmin();
            Rest admin = operator.login(node.uri());
            admin.post(
                            "/collections",
                            Value.struct(
                                    "name", Value.of(mark("places")),
                                    "indexes", Value.array(Value.of(mark("field"))),
                                    "rules", Value.struct("list", Value.of("auth.name == '" + mark("rule") + "'"))))
                    .expect(201);
            String documents = "/collections/" + mark("places") + "/documents";
            Value.Struct data = Value.struct(mark("field"), Value.of(mark("value")));
            admin.put(documents + "/" + mark("id"), data, "Idempotency-Key", mark("key"))
                    .expect(201);
            admin.patch(documents + "/" + mark("id"), Value.struct(mark("more"), Value.of(mark("patched"))))
                    .expect(200);
            admin.put(documents + "/" + mark("gone"), data).expect(201);
            admin.delete(documents + "/" + mark("gone")).expect(204);
            admin.put(documents + "/bad", Value.of(mark("refused"))).expect(400);
            admin.get(documents + "?filter=" + mark("field") + "%20==%20%22" + mark("value") + "%22&sort="
                            + mark("field"))
                    .expect(200);
            admin.get(documents + "?filter=" + mark("unknown") + "%28").expect(400);
            admin.tryLogin(mark("nobody"), mark("password"));
            Path file = elsewhere.resolve("rows.jsonl");
            Files.writeString(file, "{\"id\":\"" + mark("imported") + "\",\"data\":{\"a\":\"" + mark("row") + "\"}}\n");
            operator.run("import", mark("places"), file.toString());
            operator.run(
                    "export", mark("places"), elsewhere.resolve("out.jsonl").toString());
            assertThat(Files.readString(elsewhere.resolve("out.jsonl"))).contains(mark("value"));
            admin.put(
                            "/kv/" + mark("bucket"),
                            Value.struct("rules", Value.struct("read", Value.of("key == '" + mark("rule") + "'"))))
                    .expect(200);
            String value = "/kv/" + mark("bucket") + "/" + mark("kvkey");
            admin.put(value, Value.of(mark("kvvalue"))).expect(201);
            admin.put(value + "2?ttl=3600", Value.of(mark("passing"))).expect(201);
            admin.delete(value + "2").expect(204);
            assertThat(admin.get("/kv/" + mark("bucket") + "?prefix=" + mark(""))
                            .expect(200)
                            .items())
                    .hasSize(1);
            assertNoMark();

            // Into another sealed store, which the old one follows; and compared.
            operator.run("store", "swap", "documents", "--to", "sqlite", "--set", "readers=4");
            admin.put(documents + "/" + mark("later"), data).expect(201);
            operator.run("store", "verify", "documents");
            assertNoMark();
            operator.run("store", "drop", "documents");
            assertThat(operator.run("keys", "rotate")).contains("sealed with the new data key");
            assertThat(operator.run("store", "list")).contains("encrypted");
            assertNoMark();

            // In clear, if that is what is wanted; and back.
            operator.run("store", "swap", "documents", "--to", "sqlite", "--plaintext");
            assertThat(operator.run("store", "list")).contains("in clear");
            assertThat(marked()).isNotEmpty().allMatch(path -> path.toString().contains("documents.sqlite"));
            assertThat(operator.tryRun("keys", "rotate", "--data").output()).contains("drop it first");
            operator.run("store", "rollback", "documents");
            operator.run("store", "drop", "documents");
            assertNoMark();
            assertThat(admin.get(documents + "?sort=" + mark("field"))
                            .expect(200)
                            .items())
                    .hasSize(3);
            node.kill();
        }
        assertNoMark();
        try (Node again = Node.start(home)) {
            Rest admin = operator.login(again.uri());
            assertThat(admin.get("/collections/" + mark("places") + "/documents?sort=" + mark("field"))
                            .expect(200)
                            .items())
                    .hasSize(3);
            assertThat(admin.get("/kv/" + mark("bucket") + "/" + mark("kvkey"))
                            .expect(200)
                            .text())
                    .contains(mark("kvvalue"));
        }
        assertNoMark();
    }

    private static String mark(String what) {
        return MARK + what;
    }

    private void assertNoMark() throws IOException {
        assertThat(marked()).isEmpty();
    }

    /** What the framework unpacks of its bundles is none of a user's. */
    private List<Path> marked() throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.startsWith(home.resolve("data/cache")))
                    .filter(SealedHomeIT::isMarked)
                    .toList();
        }
    }

    private static boolean isMarked(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            return text.toLowerCase(Locale.ROOT).contains(MARK)
                    // As UTF-16 keeps it.
                    || text.toLowerCase(Locale.ROOT).contains(String.join("\0", MARK.split("")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
