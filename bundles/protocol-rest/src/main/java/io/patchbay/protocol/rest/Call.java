package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Collections;
import io.patchbay.api.document.Documents;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.OperationForm;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.kv.KeyValues;
import io.patchbay.api.protocol.Session;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request and who makes it, with what handlers read of it; every reader refuses what it doesn't understand.
 *
 * @param session the caller's; an anonymous one on an open route
 */
record Call(HttpRequest request, Session session) {
    private static final String JSON = "application/json";
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final Pattern CHARSET =
            Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\";\\s]*)", Pattern.CASE_INSENSITIVE);

    Identity identity() {
        return session.identity();
    }

    Documents documents() {
        return session.documents();
    }

    Collections collections() {
        return session.collections();
    }

    KeyValues keyValues() {
        return session.keyValues();
    }

    String path(String name) {
        return request.pathParameter(name);
    }

    Optional<String> query(String name) {
        return request.findQuery(name);
    }

    /** {@code limit}, from 1 to {@link Limits#LIST_MAX}. */
    int limit() {
        return query("limit").map(Call::parseLimit).orElse(Limits.LIST_DEFAULT);
    }

    /** A query parameter that is {@code true} or {@code false}; false without it. */
    boolean flag(String name) {
        return query(name)
                .map(text -> switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default ->
                        throw new PatchbayException(
                                ErrorCode.BAD_REQUEST,
                                "The query parameter '" + name + "' must be true or false.",
                                Map.of("field", name));
                })
                .orElse(false);
    }

    /** The body's fields; it must be a JSON object. */
    Fields fields() {
        return Fields.of("the body", json());
    }

    /** The body; it must be JSON. */
    Value json() {
        requireJson(JSON);
        return Json.decodeEnvelope(request.body());
    }

    /** The body as a document's data. */
    Value.Struct data() {
        return document(JSON);
    }

    Value.Struct mergePatch() {
        return document(JSON, MERGE_PATCH);
    }

    Optional<String> idempotencyKey() {
        return request.findHeader("idempotency-key").map(OperationForm::requireKey);
    }

    /** UNSUPPORTED_MEDIA_TYPE unless the body is of one of these types, and sent as it is. */
    String requireContentType(String... accepted) {
        requireUncoded();
        String header = request.findHeader("content-type").orElse("");
        if (header.equals(accepted[0])) {
            return header;
        }
        String type = header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        for (String one : accepted) {
            if (one.equals(type)) {
                return header;
            }
        }
        String wanted = String.join(" or ", accepted);
        String sent = header.isEmpty() ? "none was sent" : "not " + Text.shortened(header);
        throw new PatchbayException(
                ErrorCode.UNSUPPORTED_MEDIA_TYPE, "The body must have the Content-Type " + wanted + "; " + sent + ".");
    }

    /** UNSUPPORTED_MEDIA_TYPE unless the body is sent as it is. */
    void requireUncoded() {
        request.findHeader("content-encoding").ifPresent(Call::requireUncoded);
    }

    private static void requireUncoded(String coding) {
        if (!coding.equalsIgnoreCase("identity")) {
            throw new PatchbayException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
                    "The body must be sent without a Content-Encoding, not in '" + Text.shortened(coding) + "'.");
        }
    }

    private Value.Struct document(String... accepted) {
        requireJson(accepted);
        if (Json.decode(request.body()) instanceof Value.Struct struct) {
            return struct;
        }
        throw new PatchbayException(ErrorCode.BAD_REQUEST, "The body must be a JSON object.");
    }

    private void requireJson(String... accepted) {
        String type = requireContentType(accepted);
        if (type.indexOf(';') < 0) {
            return;
        }
        Matcher charset = CHARSET.matcher(type);
        if (charset.find() && !charset.group(1).equalsIgnoreCase("utf-8")) {
            throw new PatchbayException(
                    ErrorCode.UNSUPPORTED_MEDIA_TYPE, "JSON is sent in UTF-8 (RFC 8259), not in another charset.");
        }
    }

    private static int parseLimit(String text) {
        try {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= Limits.LIST_MAX) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Answered below, as a number out of range.
        }
        throw new PatchbayException(
                ErrorCode.BAD_REQUEST,
                "'limit' must be an integer from 1 to " + Limits.LIST_MAX + ", not '" + Text.shortened(text) + "'.",
                Map.of("field", "limit"));
    }
}
