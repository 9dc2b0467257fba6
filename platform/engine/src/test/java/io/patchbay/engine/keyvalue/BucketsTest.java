package io.patchbay.engine.keyvalue;

import static io.patchbay.engine.keyvalue.TestKeyValues.ADMIN;
import static io.patchbay.engine.keyvalue.TestKeyValues.put;
import static io.patchbay.engine.testing.TestPlane.failure;
import static io.patchbay.engine.testing.TestPlane.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.kv.BucketDefinition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BucketsTest {
    @TempDir
    Path folder;

    private static BucketDefinition bucket(String name) {
        return new BucketDefinition(name, false, Map.of());
    }

    @Test
    void definitionsAreKeptAndListedByName() {
        BucketDefinition plain = new BucketDefinition("z", true, Map.of("read", "key != 'x'", "write", "false"));
        TestKeyValues kv = new TestKeyValues(folder);
        get(kv.plane.define(ADMIN, plain));
        get(kv.plane.define(ADMIN, bucket("a")));
        kv.close();
        try (TestKeyValues again = new TestKeyValues(folder, kv.factory)) {
            assertThat(get(again.plane.buckets(ADMIN))).containsExactly(bucket("a"), plain);
        }
    }

    @Test
    void aBucketOfTheSameNameIsAnother() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            long revision = kv.commit(put("k", "1")).revision();
            get(kv.plane.drop(ADMIN, "b"));
            assertThat(failure(kv.plane.get(ADMIN, "b", "k")).code()).isEqualTo(ErrorCode.BUCKET_NOT_FOUND);
            kv.define("b", Map.of());
            assertThat(kv.keys("")).isEmpty();
            assertThat(kv.commit(put("k", "2")).revision()).isGreaterThan(revision);
            assertThat(failure(kv.plane.drop(ADMIN, "none")).code()).isEqualTo(ErrorCode.BUCKET_NOT_FOUND);
        }
    }

    @Test
    void whatIsNoDefinitionIsRefused() {
        try (TestKeyValues kv = TestKeyValues.withBucket(folder)) {
            for (String name : List.of("", "_x", "1a", "a b", "a/b", "ä", "x".repeat(65))) {
                assertThat(failure(kv.plane.define(ADMIN, bucket(name))).code())
                        .as(name)
                        .isEqualTo(ErrorCode.NAME_INVALID);
            }
            for (Map<String, String> rules : List.of(
                    Map.of("list", "true"),
                    Map.of("read", "key +"),
                    Map.of("read", "doc.x == 1"),
                    Map.of("read", "key"),
                    Map.of("write", "x".repeat(10_000)))) {
                assertThat(failure(kv.plane.define(ADMIN, new BucketDefinition("c", false, rules)))
                                .code())
                        .as(rules.toString())
                        .isEqualTo(ErrorCode.RULE_INVALID);
            }
            assertThat(failure(kv.plane.define(ADMIN, new BucketDefinition("b", true, Map.of())))
                            .code())
                    .isEqualTo(ErrorCode.CONFLICT);
            assertThat(get(kv.plane.buckets(ADMIN))).containsExactly(bucket("b"));
        }
    }
}
