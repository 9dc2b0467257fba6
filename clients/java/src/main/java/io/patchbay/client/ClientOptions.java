package io.patchbay.client;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;

/**
 * How a client behaves.
 *
 * @param node such as {@code http://127.0.0.1:7420}
 * @param transport how it is reached
 * @param requestTimeout how long one try of a call waits for its answer
 * @param callTimeout how long a call may take, over reconnects and further tries, before it fails
 * @param idleTimeout silence after which the node is asked for a sign of life; twice this without one, the connection is given up
 * @param tls whom to trust, for a node at {@code https://}; empty: whom the Java virtual machine trusts
 * @param executor runs listeners and completes futures; empty: threads of the client's own
 * @param onStatus hears of every change, in order
 * @param onTokens hears the tokens whenever they are renewed, for an application that keeps them over its own restarts; empty once the login is over
 */
public record ClientOptions(
        URI node,
        Transport transport,
        Duration requestTimeout,
        Duration callTimeout,
        Duration idleTimeout,
        Optional<SSLContext> tls,
        Optional<Executor> executor,
        Consumer<Status> onStatus,
        Consumer<Optional<Tokens>> onTokens) {

    public static ClientOptions of(URI node) {
        return new ClientOptions(
                node,
                Transport.AUTO,
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                Duration.ofSeconds(30),
                Optional.empty(),
                Optional.empty(),
                status -> {},
                tokens -> {});
    }

    public ClientOptions transport(Transport chosen) {
        return new ClientOptions(
                node, chosen, requestTimeout, callTimeout, idleTimeout, tls, executor, onStatus, onTokens);
    }

    public ClientOptions requestTimeout(Duration timeout) {
        return new ClientOptions(node, transport, timeout, callTimeout, idleTimeout, tls, executor, onStatus, onTokens);
    }

    public ClientOptions callTimeout(Duration timeout) {
        return new ClientOptions(
                node, transport, requestTimeout, timeout, idleTimeout, tls, executor, onStatus, onTokens);
    }

    public ClientOptions idleTimeout(Duration timeout) {
        return new ClientOptions(
                node, transport, requestTimeout, callTimeout, timeout, tls, executor, onStatus, onTokens);
    }

    public ClientOptions tls(SSLContext context) {
        return new ClientOptions(
                node,
                transport,
                requestTimeout,
                callTimeout,
                idleTimeout,
                Optional.of(context),
                executor,
                onStatus,
                onTokens);
    }

    /**
     * Trusts the certificates in {@code pem} alone, and those that they vouch for: for a node whose certificate is of an authority of your own, or its own.
     *
     * @throws IllegalArgumentException if there are none
     */
    public ClientOptions trust(Path pem) {
        return tls(TrustedCertificates.read(pem));
    }

    public ClientOptions executor(Executor threads) {
        return new ClientOptions(
                node,
                transport,
                requestTimeout,
                callTimeout,
                idleTimeout,
                tls,
                Optional.of(threads),
                onStatus,
                onTokens);
    }

    public ClientOptions onStatus(Consumer<Status> listener) {
        return new ClientOptions(
                node, transport, requestTimeout, callTimeout, idleTimeout, tls, executor, listener, onTokens);
    }

    public ClientOptions onTokens(Consumer<Optional<Tokens>> listener) {
        return new ClientOptions(
                node, transport, requestTimeout, callTimeout, idleTimeout, tls, executor, onStatus, listener);
    }

    /** Where the node's WebSocket is. */
    URI socket() {
        return URI.create(resource("/api/v1/ws").toString().replaceFirst("^http", "ws"));
    }

    /** @param path from the node's root on, percent-encoded */
    URI resource(String path) {
        return URI.create(node.toString().replaceFirst("/+$", "") + path);
    }
}
