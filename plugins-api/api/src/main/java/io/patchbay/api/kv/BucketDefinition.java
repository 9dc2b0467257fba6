package io.patchbay.api.kv;

import java.util.Map;

/**
 * What an admin says of a bucket.
 *
 * @param plainKeys whether its keys may stand on the disk in clear where the store is encrypted, so that their number is not bounded by memory; fixed for the bucket's life
 * @param rules CEL over {@code auth} and {@code key} by action ({@code read, write}); an action without a rule is for admins alone
 */
public record BucketDefinition(String name, boolean plainKeys, Map<String, String> rules) {
    public BucketDefinition {
        rules = Map.copyOf(rules);
    }
}
