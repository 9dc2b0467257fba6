package io.patchbay.engine.auth;

import io.patchbay.api.auth.Accounts;
import io.patchbay.api.http.Listeners;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the operator, when the node is ready and has no admin, how to make one. */
@Component(
        service = {},
        immediate = true)
public final class FirstAdminNotice {
    /** A service property: the launcher registers a service with it set to true when the node is ready. */
    private static final String READY = "(patchbay.ready=true)";

    private static final Logger LOG = LoggerFactory.getLogger("node");

    private final Accounts accounts;
    private final BundleContext context;
    private final String home;
    private final ServiceTracker<Object, Object> ready;

    @Activate
    public FirstAdminNotice(@Reference Accounts accounts, BundleContext context) throws InvalidSyntaxException {
        this.accounts = accounts;
        this.context = context;
        this.home = context.getProperty("patchbay.home");
        this.ready = new ServiceTracker<>(context, FrameworkUtil.createFilter(READY), null) {
            @Override
            public Object addingService(ServiceReference<Object> reference) {
                tell();
                return super.addingService(reference);
            }
        };
        ready.open();
    }

    @Deactivate
    public void close() {
        ready.close();
    }

    private void tell() {
        accounts.firstAdminCode().whenComplete((code, failure) -> {
            if (failure != null) {
                LOG.debug(
                        "Whether there is an admin can't be told: {}",
                        Failures.of(failure).getMessage());
                return;
            }
            code.ifPresent(secret -> LOG.info("{}", text(secret, url(), home)));
        });
    }

    /** Where a browser reaches the node; empty if it listens nowhere, or has been started without sockets. */
    private Optional<URI> url() {
        ServiceReference<Listeners> reference = context.getServiceReference(Listeners.class);
        Listeners listeners = reference == null ? null : context.getService(reference);
        return Optional.ofNullable(listeners)
                .flatMap(open -> open.urls().stream().findFirst());
    }

    static String text(String code, Optional<URI> url, String home) {
        String rule = "-".repeat(100);
        StringBuilder text =
                new StringBuilder("There is no admin yet.\n").append(rule).append('\n');
        url.ifPresent(node -> text.append("Make the first one in a browser, by this link that works once:\n\n    ")
                .append(node)
                .append("/setup?code=")
                .append(code)
                .append("\n\n")
                .append(isLocal(node) ? tunnel(node.getPort()) : "")
                .append("Or on this machine, without a browser:\n\n"));
        return text.append("    bin/patchbay user add NAME --role admin --password-stdin --home ")
                .append(quoted(home))
                .append('\n')
                .append(rule)
                .toString();
    }

    private static String tunnel(int port) {
        return "From another machine, open a way there first:\n\n    ssh -L " + port + ":127.0.0.1:" + port + ' '
                + System.getProperty("user.name") + '@' + host() + "\n\n";
    }

    /** Whether other machines reach it by a tunnel alone. */
    private static boolean isLocal(URI node) {
        return node.getHost().equals("localhost")
                || node.getHost().startsWith("127.")
                || node.getHost().equals("[0:0:0:0:0:0:0:1]");
    }

    /** As a shell takes it for one word. */
    private static String quoted(String path) {
        return path.matches("[\\w@%+:,./-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "HOST";
        }
    }
}
