package io.patchbay.control;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The platform's services, looked up at the moment of a call: the door works however much of the node does. */
final class NodeServices {
    static final Duration ANSWER = Duration.ofSeconds(30);

    private final BundleContext context;

    NodeServices(BundleContext context) {
        this.context = context;
    }

    /** Lets {@code work} use the service; UNAVAILABLE if there is none. */
    <S, T> T with(Class<S> type, String what, Function<S, T> work) {
        ServiceReference<S> reference = context.getServiceReference(type);
        S service = reference == null ? null : context.getService(reference);
        if (service == null) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE,
                    "This node has no " + what + " now; 'patchbay status --tree' shows what runs, and its log why.");
        }
        try {
            return work.apply(service);
        } finally {
            unget(reference);
        }
    }

    /** When the node stops in the middle of a long answer, the framework has taken the service back already. */
    private void unget(ServiceReference<?> reference) {
        try {
            context.ungetService(reference);
        } catch (IllegalStateException stopped) {
            return;
        }
    }

    /** What {@code work} makes of each service of the type. */
    <S, T> List<T> each(Class<S> type, Function<S, T> work) {
        List<T> results = new ArrayList<>();
        for (ServiceReference<S> reference : references(type, null)) {
            S service = context.getService(reference);
            if (service != null) {
                try {
                    results.add(work.apply(service));
                } finally {
                    unget(reference);
                }
            }
        }
        return results;
    }

    /** Whether any service has the property set to true. */
    boolean isSet(String property) {
        try {
            return context.getAllServiceReferences(null, "(" + property + "=true)") != null;
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(property, e);
        }
    }

    private <S> Collection<ServiceReference<S>> references(
            Class<S> type, @org.jspecify.annotations.Nullable String filter) {
        try {
            return context.getServiceReferences(type, filter);
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(filter, e);
        }
    }

    /** Waits, bounded, for what a service answers later. */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | CompletionException e) {
            Throwable cause = e;
            while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                    && cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw cause instanceof PatchbayException known ? known : new IllegalStateException(cause);
        } catch (TimeoutException e) {
            throw new PatchbayException(
                    ErrorCode.TIMEOUT,
                    "The node did not answer within " + ANSWER.toSeconds()
                            + " s; whether it did what was asked is unknown.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PatchbayException(ErrorCode.STOPPING, "The node is stopping.");
        }
    }
}
