package io.patchbay.api;

/**
 * The numbered catalogue of errors; the same code reaches a client through every protocol.
 *
 * <p>Numbers are stable for ever. The HTTP status is what REST answers; the close code is what a WebSocket is closed with when the failure ends the
 * connection (RFC 6455, section 7.4).
 */
public enum ErrorCode {
    BAD_REQUEST(1000, 400, 1008, false),
    MALFORMED(1001, 400, 1007, false),
    VALUE_INVALID(1002, 400, 1008, false),
    NAME_INVALID(1003, 400, 1008, false),
    ID_INVALID(1004, 400, 1008, false),
    FILTER_INVALID(1005, 400, 1008, false),
    SORT_INVALID(1006, 400, 1008, false),
    CURSOR_INVALID(1007, 400, 1008, false),
    POSITION_INVALID(1008, 400, 1008, false),
    RULE_INVALID(1009, 400, 1008, false),
    INDEX_INVALID(1010, 400, 1008, false),
    UNKNOWN_FIELD(1011, 400, 1008, false),
    KEY_INVALID(1012, 400, 1008, false),
    TOO_LARGE(1100, 413, 1009, false),
    LIMIT_EXCEEDED(1101, 400, 1008, false),
    QUERY_NEEDS_INDEX(1102, 422, 1008, false),
    RATE_LIMITED(1103, 429, 1013, true),
    UNAUTHENTICATED(1200, 401, 1008, false),
    TOKEN_EXPIRED(1201, 401, 1008, false),
    LOGIN_FAILED(1202, 401, 1008, false),
    FORBIDDEN(1203, 403, 1008, false),
    HOST_REFUSED(1204, 421, 1008, false),
    ORIGIN_REFUSED(1205, 403, 1008, false),
    LOGIN_EXPIRED(1206, 401, 1008, false),
    NOT_FOUND(1300, 404, 1008, false),
    COLLECTION_NOT_FOUND(1301, 404, 1008, false),
    DOCUMENT_NOT_FOUND(1302, 404, 1008, false),
    METHOD_NOT_ALLOWED(1303, 405, 1008, false),
    UNSUPPORTED_MEDIA_TYPE(1304, 415, 1003, false),
    BUCKET_NOT_FOUND(1305, 404, 1008, false),
    KEY_NOT_FOUND(1306, 404, 1008, false),
    CONFLICT(1400, 409, 1008, false),
    REVISION_CONFLICT(1401, 412, 1008, false),
    ALREADY_EXISTS(1402, 409, 1008, false),
    IDEMPOTENCY_MISMATCH(1403, 422, 1008, false),
    HISTORY_GONE(1404, 410, 1008, false),
    RETRIES_EXHAUSTED(1405, 409, 1013, true),
    PLAN_OUTDATED(1406, 409, 1008, false),
    PLUGIN_INVALID(1500, 422, 1008, false),
    PLUGIN_UNRESOLVED(1501, 422, 1008, false),
    PLUGIN_FAILED(1502, 422, 1008, false),
    PLUGIN_UNHEALTHY(1503, 422, 1008, false),
    HOOK_REFUSED(1550, 422, 1008, false),
    HOOK_UNAVAILABLE(1551, 503, 1013, true),
    UNAVAILABLE(1600, 503, 1013, true),
    STORE_UNAVAILABLE(1601, 503, 1013, true),
    OVERLOADED(1602, 503, 1013, true),
    TIMEOUT(1603, 504, 1013, true),
    STOPPING(1604, 503, 1012, true),
    CANCELLED(1605, 409, 1008, false),
    INDEX_WARMING(1606, 503, 1013, true),
    INDEX_MEMORY(1607, 507, 1008, false),
    INTERNAL(1700, 500, 1011, false),
    DATA_DAMAGED(1701, 500, 1011, false);

    private final int number;
    private final int httpStatus;
    private final int closeCode;
    private final boolean retryable;

    ErrorCode(int number, int httpStatus, int closeCode, boolean retryable) {
        this.number = number;
        this.httpStatus = httpStatus;
        this.closeCode = closeCode;
        this.retryable = retryable;
    }

    public int number() {
        return number;
    }

    public int httpStatus() {
        return httpStatus;
    }

    public int closeCode() {
        return closeCode;
    }

    /** Whether the same request may succeed later without being changed. */
    public boolean retryable() {
        return retryable;
    }
}
