package io.patchbay.plugins.manager;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.plugin.HealthCheck;
import io.patchbay.api.plugin.Providers;
import io.patchbay.plugins.switchboard.BundleServices;
import io.patchbay.plugins.switchboard.SwapGuard;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/**
 * Finds out whether a started plugin is fit to serve, before it does: it registers what it declares, each named service can be had, and its health checks find no fault.
 *
 * <p>Everything together has {@code HEALTH_CHECK} of time; the plugin's code runs on a thread of its own.
 */
final class Checkup {
    private static final long POLL_MS = 10;

    private final BundleContext context;
    private final SwapGuard switchboard;
    private final ComponentTroubles components;

    Checkup(BundleContext context, SwapGuard switchboard, ComponentTroubles components) {
        this.context = context;
        this.switchboard = switchboard;
        this.components = components;
    }

    /** Returns if it is fit; PLUGIN_UNHEALTHY with the reason if not. */
    void require(Bundle bundle, PluginJar jar) {
        try {
            TimeLimit.call("check " + jar.name(), Limits.HEALTH_CHECK, () -> {
                long deadline = System.nanoTime() + Limits.HEALTH_CHECK.toNanos() / 2;
                awaitDeclared(bundle, jar, deadline);
                switchboard.namedServices(bundle).forEach(reference -> requireService(bundle, reference));
                askHealth(bundle);
                return jar;
            });
        } catch (TimeoutException e) {
            throw unhealthy(
                    jar.name() + " did not answer its health check within " + Limits.HEALTH_CHECK.toSeconds() + " s.");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PatchbayException known) {
                throw known;
            }
            throw unhealthy(jar.name() + " failed its health check: " + Failures.sentence(e));
        }
    }

    /** What its own health checks say, without waiting for anything else; a sentence. */
    Optional<String> findHealthFault(Bundle bundle) throws TimeoutException {
        try {
            TimeLimit.call("ask " + bundle.getSymbolicName(), Limits.HEALTH_CHECK, () -> {
                askHealth(bundle);
                return bundle;
            });
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(Failures.sentence(e));
        }
    }

    /** Components may come up a moment after their bundle. */
    private void awaitDeclared(Bundle bundle, PluginJar jar, long deadline) throws InterruptedException {
        List<DeclaredService> missing = missing(bundle, jar);
        while (!missing.isEmpty()) {
            DeclaredService first = missing.get(0);
            Optional<String> trouble = components.find(bundle, first.component());
            if (trouble.isPresent() && System.nanoTime() > deadline - settleNanos()) {
                throw unhealthy("%s does not offer %s: %s".formatted(jar.name(), first.shown(), trouble.get()));
            }
            if (System.nanoTime() > deadline) {
                throw unhealthy("%s declares %s but does not register it.".formatted(jar.name(), first.shown()));
            }
            Thread.sleep(POLL_MS);
            missing = missing(bundle, jar);
        }
    }

    /** How long a component that lacks something may wait for it: all but the first second of its time would only make a failing install slow. */
    private static long settleNanos() {
        return Limits.HEALTH_CHECK.toNanos() / 2 - Duration.ofSeconds(1).toNanos();
    }

    private List<DeclaredService> missing(Bundle bundle, PluginJar jar) {
        List<ServiceReference<?>> registered = switchboard.namedServices(bundle);
        return jar.services().stream()
                .filter(declared -> registered.stream().noneMatch(reference -> isOf(reference, declared)))
                .toList();
    }

    private static boolean isOf(ServiceReference<?> reference, DeclaredService declared) {
        return declared.name().equals(reference.getProperty(Providers.NAME))
                && types(reference).contains(declared.type());
    }

    static List<String> types(ServiceReference<?> reference) {
        return Arrays.asList((String[]) reference.getProperty(Constants.OBJECTCLASS));
    }

    /** Activates a lazy component; if that fails the service is null and the component says why. */
    private void requireService(Bundle bundle, ServiceReference<?> reference) {
        Object service = context.getService(reference);
        if (service == null) {
            String component = String.valueOf(reference.getProperty("component.name"));
            throw unhealthy("%s fails to activate %s: %s"
                    .formatted(
                            bundle.getSymbolicName(),
                            component,
                            components.find(bundle, component).orElse("the log says why.")));
        }
        // Given back when the bundle stops: giving it back now would deactivate it until its first caller.
    }

    private void askHealth(Bundle bundle) {
        for (ServiceReference<?> reference : BundleServices.registeredBy(bundle)) {
            if (types(reference).contains(HealthCheck.class.getName())
                    && context.getService(reference) instanceof HealthCheck check) {
                check.findFault().ifPresent(fault -> {
                    throw unhealthy("%s says that it is unhealthy: %s".formatted(bundle.getSymbolicName(), fault));
                });
            }
        }
    }

    private static PatchbayException unhealthy(String sentence) {
        return new PatchbayException(ErrorCode.PLUGIN_UNHEALTHY, sentence);
    }
}
