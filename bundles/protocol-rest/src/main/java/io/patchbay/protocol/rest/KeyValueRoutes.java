package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.kv.KeyNames;
import io.patchbay.api.kv.KeyValueCommit;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueForm;
import io.patchbay.api.kv.KeyValueListRequest;
import io.patchbay.api.kv.KeyValueOperation;
import io.patchbay.api.protocol.LiveSession;
import io.patchbay.api.protocol.LiveSessions;
import io.patchbay.api.protocol.SubscriptionEvent;
import io.patchbay.api.protocol.SubscriptionListener;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Keys and values: a value is a body, with its Content-Type; its revision is the ETag. */
final class KeyValueRoutes {
    private static final String KEEP = "private, no-cache";
    /** A value may be a page of somebody's making, on the address of the node's own. */
    private static final String UNTRUSTED = "sandbox; default-src 'none'; frame-ancestors 'none'";

    private static final SubscriptionListener NO_SUBSCRIPTION = new SubscriptionListener() {
        @Override
        public void onEvent(SubscriptionEvent event) {
            throw new IllegalStateException("a watch of keys subscribes to nothing");
        }

        @Override
        public boolean writable() {
            return true;
        }
    };

    private final LiveSessions sessions;
    private final Callers callers;
    private final EventStreams streams;
    private final Clock clock;

    KeyValueRoutes(LiveSessions sessions, Callers callers, EventStreams streams, Clock clock) {
        this.sessions = sessions;
        this.callers = callers;
        this.streams = streams;
        this.clock = clock;
    }

    CompletionStage<HttpResponse> buckets(Call call) {
        return call.keyValues().buckets().thenApply(all -> Answer.list(all, KeyValueForm::describe));
    }

    CompletionStage<HttpResponse> define(Call call) {
        Fields fields = call.fields();
        return call.keyValues()
                .define(KeyValueForm.bucket(call.path("bucket"), fields))
                .thenApply(defined -> Answer.json(200, KeyValueForm.describe(defined)));
    }

    CompletionStage<HttpResponse> drop(Call call) {
        return call.keyValues().drop(call.path("bucket")).thenApply(done -> HttpResponse.empty(204));
    }

    CompletionStage<HttpResponse> list(Call call) {
        KeyValueListRequest request = new KeyValueListRequest(
                call.path("bucket"),
                call.query("prefix").orElse(""),
                call.query("start"),
                call.query("end"),
                call.limit(),
                call.query("cursor"),
                call.flag("values"));
        return call.keyValues().list(request).thenApply(page -> Answer.json(200, KeyValueForm.describe(page)));
    }

    CompletionStage<HttpResponse> get(Call call) {
        return call.keyValues().get(call.path("bucket"), call.path("key")).thenApply(entry -> read(call, entry));
    }

    private static HttpResponse read(Call call, KeyValueEntry entry) {
        HttpResponse response = Revisions.isKnown(call.request(), entry.revision())
                ? HttpResponse.empty(304)
                : HttpResponse.of(200, entry.contentType(), entry.value()).with("Content-Security-Policy", UNTRUSTED);
        if (entry.expiresAtMs() != 0) {
            response = response.with(
                    "Patchbay-Expires-At",
                    Instant.ofEpochMilli(entry.expiresAtMs()).toString());
        }
        return response.with("ETag", Revisions.tag(entry.revision())).with("Cache-Control", KEEP);
    }

    CompletionStage<HttpResponse> put(Call call) {
        String key = KeyNames.require(call.path("key"));
        call.requireUncoded();
        KeyValueOperation put = new KeyValueOperation.Put(
                key,
                call.request().findHeader("content-type").orElse(KeyValueForm.BYTES_TYPE),
                call.request().body(),
                expiry(call),
                Revisions.precondition(call.request()));
        return call.keyValues().commit(call.path("bucket"), List.of(put)).thenApply(done -> written(call, done));
    }

    private static HttpResponse written(Call call, KeyValueCommit done) {
        KeyValueCommit.Written written = done.written().get(0);
        Value.Struct form = Value.struct(
                "key", Value.of(written.key()),
                "revision", Value.of(done.revision()),
                "created", Value.of(written.created()));
        HttpResponse response =
                Answer.json(written.created() ? 201 : 200, form).with("ETag", Revisions.tag(done.revision()));
        return written.created()
                ? response.with(
                        "Location",
                        "/api/v1/kv/" + Text.segment(call.path("bucket")) + "/" + Text.segment(written.key()))
                : response;
    }

    private Optional<Instant> expiry(Call call) {
        Optional<Instant> at = call.query("expiresAt").map(KeyValueRoutes::parseTime);
        Optional<Instant> ttl = call.query("ttl").map(text -> clock.instant().plusSeconds(parseTtl(text)));
        if (at.isPresent() && ttl.isPresent()) {
            throw refused("ttl", "Give 'ttl' or 'expiresAt', not both.");
        }
        return ttl.or(() -> at);
    }

    private static long parseTtl(String text) {
        try {
            long seconds = Long.parseLong(text);
            if (seconds >= 1 && seconds <= Limits.KEY_VALUE_TTL.toSeconds()) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            // Answered below, as a number out of range.
        }
        throw refused("ttl", "'ttl' must be seconds, from 1 to " + Limits.KEY_VALUE_TTL.toSeconds() + ".");
    }

    private static Instant parseTime(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw refused("expiresAt", "'expiresAt' must be a time as in 2030-01-01T00:00:00Z.");
        }
    }

    private static PatchbayException refused(String parameter, String sentence) {
        return new PatchbayException(ErrorCode.BAD_REQUEST, sentence, Map.of("field", parameter));
    }

    /** What is not there can't be deleted, unless it was to be of a revision: then that is the conflict. */
    CompletionStage<HttpResponse> delete(Call call) {
        String key = KeyNames.require(call.path("key"));
        Precondition precondition = Revisions.preconditionOfExisting(call.request());
        boolean conditional = !(precondition instanceof Precondition.Any);
        KeyValueOperation delete = new KeyValueOperation.Delete(key, conditional ? precondition : Precondition.EXISTS);
        return call.keyValues()
                .commit(call.path("bucket"), List.of(delete))
                .exceptionallyCompose(
                        failure -> CompletableFuture.failedFuture(conditional ? failure : withoutConflict(failure)))
                .thenApply(done -> HttpResponse.empty(204));
    }

    private static Throwable withoutConflict(Throwable failure) {
        return Failures.unwrap(failure) instanceof PatchbayException known
                        && known.code() == ErrorCode.REVISION_CONFLICT
                ? new PatchbayException(ErrorCode.KEY_NOT_FOUND, "There is no such key here.")
                : failure;
    }

    CompletionStage<HttpResponse> batch(Call call) {
        Fields fields = call.fields();
        List<KeyValueOperation> operations = KeyValueForm.operations(fields, clock.instant());
        fields.done();
        return call.keyValues()
                .commit(call.path("bucket"), operations)
                .thenApply(done -> Answer.json(200, KeyValueForm.describe(done)));
    }

    /** Watches before it answers, so that what is wrong with the request is said as everywhere. */
    CompletionStage<HttpResponse> watch(Call call) {
        String bucket =
                call.query("bucket").orElseThrow(() -> refused("bucket", "The query parameter 'bucket' is missing."));
        KeyStream stream = new KeyStream(streams, EventRoutes.caller(call));
        streams.admit(stream);
        LiveSession session = sessions.open(call.identity(), NO_SUBSCRIPTION);
        stream.use(session);
        CompletionStage<HttpResponse> answer;
        try {
            answer = session.keyValues()
                    .watch(bucket, call.query("prefix").orElse(""), stream)
                    .thenAccept(stream::watchedBy)
                    // The login may have ended before the session was there to hear of it.
                    .thenCompose(watched -> callers.identify(Route.Access.TICKET, call.request()))
                    .thenApply(identity -> EventRoutes.stream(call, stream, stream::close));
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.whenComplete((response, failure) -> {
            if (failure != null) {
                stream.close();
            }
        });
    }
}
