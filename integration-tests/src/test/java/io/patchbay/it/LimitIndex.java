package io.patchbay.it;

import java.util.Map;
import java.util.TreeMap;

/**
 * In which metric each named limit shows, by its part and name: how much of it is used, how often or how long it was run into. A limit that is not here fails {@link MetricsIT}.
 */
final class LimitIndex {
    /** Counts every refusal because of a limit by the limit's name; the metric of those for which that says all. */
    static final String REACHED = "patchbay_limit_reached_total";
    /** The code of the refusal says which it was. */
    private static final String ERRORS = "patchbay_errors_total";

    private static final Map<String, String> METRICS = new TreeMap<>();

    static {
        for (String refused : new String[] {
            "depth",
            "envelope_depth",
            "document_bytes",
            "transaction_operations",
            "transaction_bytes",
            "frame_bytes",
            "id_bytes",
            "name_chars",
            "expression_chars",
            "idempotency_key_chars",
            "sort_fields",
            "list_max",
            "list_default",
            "indexes_per_collection",
            "index_fields",
            "unindexed_scan_documents",
            "patch_retries",
            "subscriptions_per_connection",
            "scanned_subscriptions_per_connection",
            "plugin_bytes",
            "key_bytes",
            "key_value_bytes",
            "key_value_operations",
            "key_value_commit_bytes",
            "key_value_page_skipped",
            "content_type_chars",
            "buckets",
            "request"
        }) {
            METRICS.put("node/" + refused, REACHED);
        }
        for (String invalid :
                new String[] {"expression_depth", "comprehension_nesting", "regex_chars", "regex_program"}) {
            METRICS.put("node/" + invalid, ERRORS);
        }
        METRICS.put("node/expression_steps", "patchbay_live_fan_out_seconds");
        METRICS.put("node/index_key_bytes", "patchbay_sqlite_index_steps_total");
        METRICS.put("node/commit_queue", "patchbay_commit_queue");
        METRICS.put("node/commit_batch", "patchbay_commit_batch_transactions");
        METRICS.put("node/outbox_bytes", "patchbay_outbox_bytes");
        METRICS.put("node/requests_in_flight_per_connection", "patchbay_protocol_in_flight_refused_total");
        METRICS.put("node/metrics", "patchbay_metrics");
        METRICS.put("node/metric_series", "patchbay_metric_series_refused_total");
        METRICS.put("node/idempotency_kept", "patchbay_feed_kept_bytes");
        METRICS.put("node/lease_wait", "patchbay_lease_timeouts_total");
        METRICS.put("node/drain", "patchbay_drain_timeouts_total");
        METRICS.put("node/health_check", "patchbay_plugin_changes_total");
        METRICS.put("node/probation", "patchbay_plugin_probations_failed_total");
        METRICS.put("node/writer_wait", "patchbay_commits_overdue_total");

        for (String hung : new String[] {"hook_call", "hook_call_max", "hook_calls"}) {
            METRICS.put("node/" + hung, "patchbay_hook_calls_hung");
        }
        METRICS.put("node/hook_queue", "patchbay_hook_queue");
        METRICS.put("node/hook_bytes", "patchbay_hook_bytes");
        METRICS.put("node/hook_message_chars", ERRORS);
        for (String isolation : new String[] {"hook_failures", "hook_isolation_min", "hook_isolation_max"}) {
            METRICS.put("engine/" + isolation, "patchbay_hooks_isolated");
        }

        METRICS.put("http/connections", "patchbay_http_connections");
        METRICS.put("http/handshakes", "patchbay_tls_handshakes_under_way");
        METRICS.put("http/handshake_time", "patchbay_tls_handshakes_failed_total");
        METRICS.put("http/header_bytes", REACHED);
        METRICS.put("http/query_parameters", REACHED);
        METRICS.put("http/response_header_bytes", "patchbay_http_requests_total");
        for (String requests :
                new String[] {"headers_check", "request_check", "request_checks", "body_bytes_per_second"}) {
            METRICS.put("http/" + requests, "patchbay_http_requests_in_flight");
        }
        for (String connections : new String[] {
            "http_idle", "linger", "linger_check", "linger_read_bytes", "linger_reads", "drain_idle", "drain_check"
        }) {
            METRICS.put("http/" + connections, "patchbay_http_connections");
        }
        for (String sockets :
                new String[] {"websocket_idle", "websocket_close", "reconnects_per_second", "reconnect_spread_min"}) {
            METRICS.put("http/" + sockets, "patchbay_websocket_connections");
        }
        for (String tcp : new String[] {"tcp_idle", "tcp_chunk_bytes", "tcp_seek"}) {
            METRICS.put("http/" + tcp, "patchbay_tcp_connections");
        }
        METRICS.put("http/bodies_bytes", "patchbay_http_body_bytes");
        METRICS.put("http/bodies_bytes_min", "patchbay_http_body_bytes");
        for (String streams :
                new String[] {"streams_bytes", "streams_bytes_min", "stream_writable_bytes", "stream_write_bytes"}) {
            METRICS.put("http/" + streams, "patchbay_http_stream_bytes");
        }
        METRICS.put("http/threads_min", "patchbay_http_threads");
        METRICS.put("http/threads_max", "patchbay_http_threads");

        METRICS.put("node/key_value_queue", "patchbay_kv_commit_queue");
        METRICS.put("node/key_value_queue_bytes", "patchbay_kv_commit_queue_bytes");
        METRICS.put("node/key_value_watches", "patchbay_kv_watches");
        METRICS.put("node/key_value_watch_changes", "patchbay_kv_watches_behind_total");
        METRICS.put("node/key_value_watch_bytes", "patchbay_kv_watches_behind_total");
        METRICS.put("node/key_value_page_bytes", "patchbay_kv_read_queue");
        METRICS.put("node/key_value_inline_bytes", "patchbay_kv_read_queue");
        METRICS.put("node/key_value_ttl", "patchbay_kv_expired_total");
        METRICS.put("node/live_filter_steps", REACHED);
        METRICS.put("engine/export_kept_bytes", "patchbay_export_kept_bytes");
        METRICS.put("engine/read_queue", "patchbay_read_queue");
        METRICS.put("engine/feed_recent_bytes", "patchbay_feed_recent_bytes");
        METRICS.put("engine/feed_recent_transactions", "patchbay_feed_recent_transactions");
        METRICS.put("engine/reconnects_per_second", "patchbay_protocol_hand_over_failed_connections_total");
        METRICS.put("engine/client_connections", "patchbay_connections");
        METRICS.put("engine/export_kept_bytes", "patchbay_export_kept_bytes");
        METRICS.put("engine/running_jobs", "patchbay_jobs_running");
        METRICS.put("auth/verified_tokens", "patchbay_verified_tokens");
        METRICS.put("auth/access_token_queue", "patchbay_access_token_queue");
        METRICS.put("auth/failed_logins_per_address", "patchbay_logins_total");
        METRICS.put("auth/failed_logins_per_identity", "patchbay_logins_total");
        METRICS.put("auth/half_done_logins", "patchbay_half_done_logins");
        METRICS.put("auth/half_done_logins_per_network", "patchbay_half_done_logins");
        METRICS.put("auth/half_done_login_lifetime", "patchbay_half_done_logins");
        METRICS.put("auth/login_bytes", REACHED);
        METRICS.put("auth/login_steps", REACHED);
        METRICS.put("auth/login_state_bytes", "patchbay_logins_total");
        METRICS.put("auth/logins_without_method", "patchbay_logins_without_method");
        METRICS.put("password/password_hash_queue", "patchbay_password_hash_queue");
        METRICS.put("control/control_connections", "patchbay_control_connections");
        METRICS.put("rest/rest_operator_queue", "patchbay_rest_operator_queue");
        METRICS.put("node/download", "patchbay_jobs_total");
        for (String streams :
                new String[] {"streams", "streams_per_caller", "heartbeat", "check", "end", "retry_min", "retry_max"}) {
            METRICS.put("events/" + streams, "patchbay_event_streams");
        }
        for (String bytes : new String[] {"waiting_bytes_min", "piece_bytes", "slice_bytes"}) {
            METRICS.put("events/" + bytes, "patchbay_event_streams_waiting_bytes");
        }
        METRICS.put("plugins/plans", "patchbay_plugin_plans");
        METRICS.put("plugins/receipts", "patchbay_plugin_receipts");
        for (String jars : new String[] {"planned_jars", "planned_bytes", "planned_for"}) {
            METRICS.put("plugins/" + jars, "patchbay_plugin_planned_bytes");
        }
        METRICS.put("listeners/waiting_connections", "patchbay_listener_connections_waiting");
        METRICS.put("listeners/moves_at_a_time", "patchbay_connections_moved_total");
        METRICS.put("listeners/move_ms", "patchbay_connections_not_moved_total");
    }

    private LimitIndex() {}

    /** By {@code part/limit}. */
    static Map<String, String> metrics() {
        return METRICS;
    }
}
