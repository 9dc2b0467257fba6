package io.patchbay.api;

import java.time.Duration;

/** The limits that clients and adapters can run into, with their defaults. A size is in bytes unless its name says otherwise. */
public final class Limits {
    public static final int DOCUMENT_BYTES = 1 << 20;
    public static final int DEPTH = 64;
    /** What a message may be nested beyond {@link #DEPTH}, so that every document fits into every message. */
    public static final int ENVELOPE_DEPTH = 4;

    public static final int FRAME_BYTES = 4 << 20;
    public static final int ID_BYTES = 256;
    public static final int NAME_CHARS = 64;
    public static final int EXPRESSION_CHARS = 8192;
    /** How deep an expression's operators, parentheses and field steps may be nested. */
    public static final int EXPRESSION_DEPTH = 64;
    /** How deep {@code all}, {@code exists}, {@code map} and their like may stand within each other. */
    public static final int COMPREHENSION_NESTING = 3;
    /** What evaluating an expression once may cost, about a node's visit each; beyond it the result is unknown. */
    public static final int EXPRESSION_STEPS = 1_000_000;

    /** What the filter and the rule of a live subscription may take together for one document; beyond it the subscription ends. */
    public static final int LIVE_FILTER_STEPS = 50_000;

    public static final int REGEX_CHARS = 512;
    /** Instructions that a regular expression may compile to. */
    public static final int REGEX_PROGRAM = 2000;

    public static final int SORT_FIELDS = 8;
    public static final int INDEXES_PER_COLLECTION = 32;
    public static final int INDEX_FIELDS = 8;
    /** Longest key of an index entry; a longer value is cut, and the query checks what the key can't tell. */
    public static final int INDEX_KEY_BYTES = 1024;

    public static final int LIST_DEFAULT = 50;
    public static final int LIST_MAX = 1000;
    public static final int UNINDEXED_SCAN_DOCUMENTS = 100_000;
    public static final int TRANSACTION_OPERATIONS = 1000;
    public static final int TRANSACTION_BYTES = 4 << 20;
    public static final int IDEMPOTENCY_KEY_CHARS = 128;
    public static final int PATCH_RETRIES = 5;
    public static final int COMMIT_QUEUE = 10_000;
    public static final int COMMIT_BATCH = 512;
    public static final int KEY_BYTES = 1024;
    public static final int KEY_VALUE_BYTES = 8 << 20;
    /** A larger value comes alone only, not in lists and changes. */
    public static final int KEY_VALUE_INLINE_BYTES = 64 << 10;
    /** Values of a page together; it ends behind the one that goes beyond. */
    public static final int KEY_VALUE_PAGE_BYTES = 4 << 20;
    /** Entries that a page may pass over because they have expired or its reader may not see them. */
    public static final int KEY_VALUE_PAGE_SKIPPED = 10_000;

    /** Of the type of a value, as a header gives it. */
    public static final int CONTENT_TYPE_CHARS = 256;

    public static final int KEY_VALUE_OPERATIONS = 1000;
    /** Keys and values of a commit with more than one operation. */
    public static final int KEY_VALUE_COMMIT_BYTES = 4 << 20;

    public static final int KEY_VALUE_QUEUE = 10_000;
    /** Keys and values of the commits that wait for their turn. */
    public static final int KEY_VALUE_QUEUE_BYTES = 64 << 20;
    /** Changes that wait for one who watches a bucket; beyond it he has to begin anew. */
    public static final int KEY_VALUE_WATCH_CHANGES = 1000;
    /** And their keys and values. */
    public static final int KEY_VALUE_WATCH_BYTES = 4 << 20;

    public static final int KEY_VALUE_WATCHES = 10_000;
    public static final int BUCKETS = 1000;
    public static final int OUTBOX_BYTES = 4 << 20;
    public static final int SUBSCRIPTIONS_PER_CONNECTION = 1000;
    /** Of them, those whose filter and rule have no equality term: each is evaluated at every change of its collection. */
    public static final int SCANNED_SUBSCRIPTIONS_PER_CONNECTION = 100;

    public static final int REQUESTS_IN_FLIGHT_PER_CONNECTION = 256;
    /** Calls of one hook that run at a time; others wait for them. */
    public static final int HOOK_CALLS = 8;
    /** Transactions that wait for one hook; those beyond it are refused. */
    public static final int HOOK_QUEUE = 1000;
    /** Bytes of the documents, before and after, that hooks are asked about at a time. */
    public static final int HOOK_BYTES = 64 << 20;
    /** What the sender of a change is told of a hook's message. */
    public static final int HOOK_MESSAGE_CHARS = 1000;

    public static final int PLUGIN_BYTES = 256 << 20;
    /** Metrics of different names; those beyond it are not shown. */
    public static final int METRICS = 2000;
    /** Series of one metric, told apart by their labels. */
    public static final int METRIC_SERIES = 1000;

    public static final Duration IDEMPOTENCY_KEPT = Duration.ofHours(24);
    /** How long after it is put a value may expire. */
    public static final Duration KEY_VALUE_TTL = Duration.ofDays(36_500);

    public static final Duration LEASE_WAIT = Duration.ofSeconds(5);
    public static final Duration DRAIN = Duration.ofSeconds(10);
    public static final Duration HEALTH_CHECK = Duration.ofSeconds(10);
    /** How long after an update a fault takes it back by itself. */
    public static final Duration PROBATION = Duration.ofSeconds(60);

    /** How long the jar of a plugin may take to come from an address. */
    public static final Duration DOWNLOAD = Duration.ofMinutes(5);

    /** How long a call of a hook may take, unless the hook says otherwise. */
    public static final Duration HOOK_CALL = Duration.ofSeconds(2);
    /** What it may say at most. */
    public static final Duration HOOK_CALL_MAX = Duration.ofSeconds(10);

    public static final Duration WRITER_WAIT = Duration.ofSeconds(10);
    public static final Duration REQUEST = Duration.ofSeconds(30);

    private Limits() {}
}
