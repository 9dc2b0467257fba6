package io.patchbay.engine.keyvalue;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import io.patchbay.api.kv.BucketDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All buckets of a store as one entry of the store itself, so that they go wherever their keys go: under {@value #KEY} of bucket {@value #BUCKET}, which is no client's. One entry, as it is found by
 * its key at once, while a range of sealed keys has to be read first.
 *
 * @param next the number that the next new bucket gets
 * @param dropped numbers of which the store still has to delete what is in them
 */
record BucketRecord(long next, List<Bucket> buckets, List<Long> dropped) {
    static final long BUCKET = 0;
    static final String KEY = "buckets";
    static final String CONTENT_TYPE = "application/cbor";
    static final BucketRecord NONE = new BucketRecord(1, List.of(), List.of());

    BucketRecord {
        buckets = List.copyOf(buckets);
        dropped = List.copyOf(dropped);
    }

    byte[] encode() {
        List<Value> described = new ArrayList<>();
        for (Bucket bucket : buckets) {
            Map<String, Value> rules = new LinkedHashMap<>();
            bucket.definition().rules().forEach((action, rule) -> rules.put(action, Value.of(rule)));
            described.add(Value.struct(
                    "name", Value.of(bucket.name()),
                    "number", Value.of(bucket.number()),
                    "plainKeys", Value.of(bucket.definition().plainKeys()),
                    "rules", new Value.Struct(rules)));
        }
        return Cbor.encode(Value.struct(
                "next",
                Value.of(next),
                "buckets",
                new Value.Array(described),
                "dropped",
                new Value.Array(dropped.stream().<Value>map(Value::of).toList())));
    }

    static BucketRecord decode(byte[] bytes) {
        Value.Struct record = (Value.Struct) Cbor.decode(bytes);
        List<Bucket> buckets = new ArrayList<>();
        for (Value item : ((Value.Array) record.find("buckets").orElseThrow()).items()) {
            Value.Struct one = (Value.Struct) item;
            Map<String, String> rules = new LinkedHashMap<>();
            ((Value.Struct) one.find("rules").orElseThrow())
                    .fields()
                    .forEach((action, rule) -> rules.put(action, ((Value.Text) rule).value()));
            BucketDefinition definition = new BucketDefinition(
                    one.findText("name").orElseThrow(),
                    one.find("plainKeys").filter(Value.TRUE::equals).isPresent(),
                    rules);
            buckets.add(Bucket.of(definition, one.findInt("number").orElseThrow()));
        }
        List<Long> dropped = ((Value.Array) record.find("dropped").orElseThrow())
                .items().stream().map(number -> ((Value.Int) number).value()).toList();
        return new BucketRecord(record.findInt("next").orElseThrow(), buckets, dropped);
    }
}
