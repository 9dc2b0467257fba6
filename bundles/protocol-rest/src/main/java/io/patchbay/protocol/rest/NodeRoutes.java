package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.migration.Stores;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a node says of itself, at its root. */
final class NodeRoutes {
    private static final String UNAVAILABLE = "unavailable";

    private final Logins logins;
    private final Stores stores;
    private final byte[] openApi = resource("openapi.json");

    NodeRoutes(Logins logins, Stores stores) {
        this.logins = logins;
        this.stores = stores;
    }

    /** That this answers says it all. */
    CompletionStage<HttpResponse> health(Call call) {
        return done(uncached(Answer.json(200, Value.struct("status", Value.of("ok")))));
    }

    /** A request came through a listener and a transport; so it's the stores that decide. */
    CompletionStage<HttpResponse> ready(Call call) {
        Optional<StoreInfo> missing = stores.list().stream()
                .filter(store -> store.state().equals(UNAVAILABLE))
                .findFirst();
        missing.ifPresent(store -> {
            String reason = store.fault().orElse("it is not open.");
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "The store '" + store.name() + "' does not serve yet: " + reason);
        });
        return done(uncached(Answer.json(200, Value.struct("status", Value.of("ready")))));
    }

    CompletionStage<HttpResponse> jwks(Call call) {
        byte[] keys = logins.jwks().getBytes(StandardCharsets.UTF_8);
        return done(
                HttpResponse.of(200, "application/jwk-set+json", keys).with("Cache-Control", "public, max-age=300"));
    }

    CompletionStage<HttpResponse> openApi(Call call) {
        return done(HttpResponse.of(200, Answer.JSON, openApi));
    }

    private static HttpResponse uncached(HttpResponse response) {
        return response.with("Cache-Control", "no-store");
    }

    static byte[] resource(String name) {
        try (InputStream in = NodeRoutes.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the bundle lacks " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + name, e);
        }
    }

    private static CompletionStage<HttpResponse> done(HttpResponse response) {
        return CompletableFuture.completedFuture(response);
    }
}
