package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Logs in again and again, over REST and over a WebSocket; every login must succeed, and its token must be good. For one test's thread. */
final class SteadyLogins implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long STOP_MS = 60_000;

    private final Rest stranger;
    private final List<Client> clients = new ArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicLong longestNs = new AtomicLong();
    private volatile boolean stopping;

    SteadyLogins(Rest stranger) {
        this.stranger = stranger;
    }

    /** @param each clients over REST, and as many over WebSockets */
    void start(int each, String method, String name) {
        for (int i = 0; i < each; i++) {
            start(new Client(method, name, false));
            start(new Client(method, name, true));
        }
    }

    private void start(Client client) {
        clients.add(client);
        client.start();
    }

    private final class Client extends Thread {
        private final Object[] request;
        private final boolean overWire;
        private volatile long count;

        Client(String method, String name, boolean overWire) {
            super("login-" + method + (overWire ? "-wire" : "-rest"));
            this.request = new Object[] {
                "method", Value.of(method), "identifier", Value.of(name), "password", Value.of(Operator.PASSWORD)
            };
            this.overWire = overWire;
            setDaemon(true);
        }

        @Override
        public void run() {
            try (Wire wire = Wire.connect(stranger.node())) {
                while (!stopping) {
                    long beganNs = System.nanoTime();
                    Value.Struct tokens = overWire
                            ? wire.ask("login", request)
                            : stranger.post("/auth/login", Value.struct(request))
                                    .expect(200)
                                    .json();
                    longestNs.accumulateAndGet(System.nanoTime() - beganNs, Math::max);
                    assertThat(tokens.findText("accessToken")).isPresent();
                    count++;
                }
            } catch (RuntimeException | AssertionError e) {
                failures.add(getName() + " after " + count + ": " + e);
            }
        }
    }

    /** Waits until each has logged in once more. */
    void awaitProgress() {
        List<Long> before = clients.stream().map(client -> client.count).toList();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> {
            for (int i = 0; i < before.size(); i++) {
                if (clients.get(i).count < before.get(i) + 1) {
                    return !failures.isEmpty();
                }
            }
            return true;
        });
        assertThat(failures).as("failed logins").isEmpty();
    }

    long count() {
        return clients.stream().mapToLong(client -> client.count).sum();
    }

    Duration longest() {
        return Duration.ofNanos(longestNs.get());
    }

    /** Lets each end what it is at; none may have failed. */
    void stop() {
        stopping = true;
        for (Client client : clients) {
            try {
                client.join(STOP_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
            assertThat(client.isAlive())
                    .as("%s still at work", client.getName())
                    .isFalse();
        }
        assertThat(failures).as("failed logins").isEmpty();
    }

    @Override
    public void close() {
        stopping = true;
    }
}
