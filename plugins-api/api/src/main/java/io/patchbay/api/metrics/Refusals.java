package io.patchbay.api.metrics;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/** Counts what callers are refused, by code and, where it was a limit, by that; for whoever answers them. Any thread. */
public final class Refusals {
    private final Metrics metrics;
    private final String protocol;
    private final Map<ErrorCode, Metrics.Counter> codes = new ConcurrentHashMap<>();
    private final Map<String, Metrics.Counter> limits = new ConcurrentHashMap<>();

    /** @param protocol by what they are answered, such as {@code http} */
    public Refusals(Metrics metrics, String protocol) {
        this.metrics = metrics;
        this.protocol = protocol;
    }

    /** @param failure as it is answered; what is no PatchbayException is INTERNAL */
    public void count(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof PatchbayException known) {
            count(known.code());
            known.limit().ifPresent(this::countLimit);
        } else {
            count(ErrorCode.INTERNAL);
        }
    }

    private void count(ErrorCode code) {
        codes.computeIfAbsent(
                        code,
                        unseen -> metrics.counter(
                                "patchbay_errors_total",
                                "Requests answered by an error, by the protocol and the error's code.",
                                "protocol",
                                protocol,
                                "code",
                                unseen.name()))
                .increment();
    }

    private void countLimit(String limit) {
        limits.computeIfAbsent(
                        limit,
                        unseen -> metrics.counter(
                                "patchbay_limit_reached_total",
                                "Requests refused because of a limit, by the protocol and the limit.",
                                "protocol",
                                protocol,
                                "limit",
                                unseen))
                .increment();
    }
}
