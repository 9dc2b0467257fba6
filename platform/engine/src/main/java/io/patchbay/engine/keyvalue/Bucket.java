package io.patchbay.engine.keyvalue;

import io.patchbay.api.kv.BucketDefinition;
import io.patchbay.engine.access.KeyRules;

/**
 * A bucket as it is defined now; another object after each definition.
 *
 * @param number never another's, not even after the bucket is dropped
 */
record Bucket(BucketDefinition definition, long number, KeyRules rules) {
    static Bucket of(BucketDefinition definition, long number) {
        return new Bucket(definition, number, new KeyRules(definition.rules()));
    }

    String name() {
        return definition.name();
    }
}
