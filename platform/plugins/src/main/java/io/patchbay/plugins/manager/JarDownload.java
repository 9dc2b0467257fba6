package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.JobControl;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Fetches a jar from an address into a file: bounded in size, time and redirects, each redirect under the same rules as the first address. Used by one thread. */
final class JarDownload {
    static final int REDIRECTS = 5;
    static final Duration CONNECT = Duration.ofSeconds(10);

    private static final long LOOK_MS = 100;
    private static final Set<Integer> REDIRECTED = Set.of(301, 302, 303, 307, 308);

    private final Path target;
    private final JobControl control;
    private final Duration atMost;
    private final long deadline;

    /** @param control told of the progress, and asked whether to go on */
    JarDownload(Path target, Duration atMost, JobControl control) {
        this.target = target;
        this.control = control;
        this.atMost = atMost;
        this.deadline = System.nanoTime() + atMost.toNanos();
    }

    /** UNAVAILABLE if it does not come, PLUGIN_INVALID if it is too large, TIMEOUT, CANCELLED. */
    void fetch(JarAddress first) {
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        JarAddress address = first;
        for (int redirects = 0; redirects <= REDIRECTS; redirects++) {
            HttpResponse<Long> response = ask(client, address);
            if (response.statusCode() == 200) {
                return;
            }
            if (!REDIRECTED.contains(response.statusCode())) {
                throw failed(address, "it answers " + response.statusCode());
            }
            JarAddress from = address;
            String location =
                    response.headers().firstValue("location").orElseThrow(() -> failed(from, "it redirects nowhere"));
            address = address.redirectedTo(location);
        }
        throw failed(first, "it redirects more than " + REDIRECTS + " times");
    }

    private HttpResponse<Long> ask(HttpClient client, JarAddress address) {
        URI uri = address.uri();
        JarBody body = new JarBody(target, address.shown());
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Accept", "application/java-archive, application/octet-stream, */*")
                .GET()
                .build();
        CompletableFuture<HttpResponse<Long>> answer =
                client.sendAsync(request, head -> head.statusCode() == 200 ? body.of(head) : JarBody.ignored());
        try {
            return await(address, answer, body);
        } finally {
            answer.cancel(true);
            body.close();
        }
    }

    private HttpResponse<Long> await(
            JarAddress address, CompletableFuture<HttpResponse<Long>> answer, JarBody body) {
        while (true) {
            control.checkCancelled();
            control.progress("downloading", body.received(), body.expected(), "bytes");
            if (System.nanoTime() > deadline) {
                throw new PatchbayException(
                        ErrorCode.TIMEOUT,
                        "%s did not come whole within %d s.".formatted(address.shown(), atMost.toSeconds()));
            }
            try {
                return answer.get(LOOK_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                continue;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof PatchbayException known) {
                    throw known;
                }
                throw failed(address, reason(e.getCause()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new PatchbayException(ErrorCode.CANCELLED, "The download was interrupted.", e);
            }
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        Throwable inner = cause.getCause();
        // What a body's subscriber fails with comes wrapped.
        while (cause instanceof IOException && !(cause instanceof ConnectException) && inner != null) {
            cause = inner;
            inner = cause.getCause();
        }
        if (cause instanceof PatchbayException known) {
            throw known;
        }
        if (cause instanceof ConnectException || cause instanceof UnresolvedAddressException) {
            return "nobody answers there";
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    private static PatchbayException failed(JarAddress address, String reason) {
        return new PatchbayException(
                ErrorCode.UNAVAILABLE, "%s can't be fetched: %s.".formatted(address.shown(), reason));
    }

    static PatchbayException tooLarge(String shown) {
        return PatchbayException.beyond(
                "plugin_bytes",
                ErrorCode.PLUGIN_INVALID,
                "%s is too large: a plugin has at most %d MiB.".formatted(shown, Limits.PLUGIN_BYTES >> 20));
    }
}
