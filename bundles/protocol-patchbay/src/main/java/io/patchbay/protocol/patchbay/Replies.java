package io.patchbay.protocol.patchbay;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.LoginForm;
import io.patchbay.api.auth.LoginOutcome;
import io.patchbay.api.auth.Role;
import io.patchbay.api.auth.Tokens;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.CborWriter;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.Page;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.document.TransactionResult.Written;
import io.patchbay.api.document.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What replies say: the bodies under {@code ok} and {@code error}, as encoded items. */
final class Replies {
    static final byte[] NOTHING = Cbor.encode(Value.Struct.EMPTY);

    private Replies() {}

    static byte[] ok(long id, byte[] body) {
        return new CborWriter()
                .startMap(2)
                .text("id")
                .integer(id)
                .text("ok")
                .raw(body)
                .toByteArray();
    }

    static byte[] error(long id, PatchbayException failure) {
        byte[] body = Cbor.encode(describe(failure));
        return new CborWriter()
                .startMap(2)
                .text("id")
                .integer(id)
                .text("error")
                .raw(body)
                .toByteArray();
    }

    /** {@code {"code","number","message","retryable", details}} */
    static Value.Struct describe(PatchbayException failure) {
        Map<String, Value> error = new LinkedHashMap<>();
        failure.details().forEach((name, detail) -> error.put(name, detail(detail)));
        error.put("code", Value.of(failure.code().name()));
        error.put("number", Value.of(failure.code().number()));
        error.put("message", text(failure.getMessage()));
        error.put("retryable", Value.of(failure.code().retryable()));
        return new Value.Struct(error);
    }

    static byte[] document(Document document) {
        return DocumentForm.write(new CborWriter().startMap(1).text("document"), document.stored())
                .toByteArray();
    }

    static byte[] page(Page page) {
        CborWriter out = new CborWriter().startMap(2).text("next");
        page.next().ifPresentOrElse(out::text, out::nil);
        out.text("items").startArray(page.items().size());
        page.items().forEach(item -> DocumentForm.write(out, item.stored()));
        return out.toByteArray();
    }

    /** The reply to a single put or delete, whose caller knows what the document holds now. */
    static byte[] written(TransactionResult result) {
        Map<String, Value> ok = new LinkedHashMap<>();
        result.written().stream().findFirst().ifPresent(written -> ok.putAll(describe(written)));
        return finish(ok, result);
    }

    /** As {@link #written}, with what the document holds now; its data may be nested as deep as a value can be, so it is an item of its own. */
    static byte[] patched(TransactionResult result) {
        Optional<Value.Struct> data = result.written().stream().findFirst().flatMap(Written::data);
        return data.isEmpty() ? written(result) : patched(result.written().get(0), data.get(), result);
    }

    private static byte[] patched(Written written, Value.Struct data, TransactionResult result) {
        return new CborWriter()
                .startMap(6)
                .text("id")
                .text(written.id())
                .text("data")
                .value(data)
                .text("created")
                .bool(written.created())
                .text("position")
                .text(result.position().toString())
                .text("revision")
                .integer(written.revision())
                .text("updatedAt")
                .text(written.updatedAt().toString())
                .toByteArray();
    }

    static byte[] transaction(TransactionResult result) {
        List<Value> results = new ArrayList<>(result.written().size());
        result.written().forEach(written -> results.add(new Value.Struct(describe(written))));
        Map<String, Value> ok = new LinkedHashMap<>();
        ok.put("results", new Value.Array(results));
        return finish(ok, result);
    }

    static byte[] user(Identity identity) {
        return Cbor.encode(Value.struct("user", describe(identity)));
    }

    static byte[] tokens(Tokens tokens) {
        return Cbor.encode(Value.struct(
                "accessToken", Value.of(tokens.accessToken()),
                "refreshToken", Value.of(tokens.refreshToken()),
                "expiresIn", Value.of(tokens.expiresIn().toSeconds()),
                "user", describe(tokens.identity())));
    }

    static byte[] challenge(LoginOutcome.Challenged challenged) {
        return Cbor.encode(LoginForm.describe(challenged));
    }

    private static byte[] finish(Map<String, Value> ok, TransactionResult result) {
        ok.put("position", Value.of(result.position().toString()));
        if (result.replayed()) {
            ok.put("replayed", Value.TRUE);
        }
        return Cbor.encode(new Value.Struct(ok));
    }

    private static Map<String, Value> describe(Written written) {
        Map<String, Value> result = new LinkedHashMap<>();
        result.put("id", Value.of(written.id()));
        result.put("revision", Value.of(written.revision()));
        if (!written.deleted()) {
            result.put("updatedAt", Value.of(written.updatedAt().toString()));
            result.put("created", Value.of(written.created()));
        }
        return result;
    }

    private static Value.Struct describe(Identity identity) {
        String role = identity.role().map(Role::name).orElse("none").toLowerCase(Locale.ROOT);
        return Value.struct("id", Value.of(identity.id()), "name", Value.of(identity.name()), "role", Value.of(role));
    }

    private static Value detail(Object detail) {
        if (detail instanceof Long number) {
            return Value.of(number);
        }
        if (detail instanceof Boolean flag) {
            return Value.of(flag);
        }
        return text(String.valueOf(detail));
    }

    /** A message may have been cut anywhere: half of a surrogate pair becomes a question mark. */
    static Value text(String text) {
        return Value.of(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }
}
