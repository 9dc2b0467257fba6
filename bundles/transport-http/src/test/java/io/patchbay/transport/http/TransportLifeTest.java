package io.patchbay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.testkit.Seeds;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TransportLifeTest {
    @Test
    void leavesNoThreadNoListenerAndNoClassLoader() throws Exception {
        WeakReference<ClassLoader> loader = new WeakReference<>(runInItsOwnClassLoader());
        await().atMost(30, TimeUnit.SECONDS).until(() -> {
            System.gc();
            return loader.get() == null;
        });
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("patchbay-http"));
    }

    @Test
    void findsJettysServicesWhateverTheCallersClassLoaderIs() throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
        try (TestNode node = new TestNode()) {
            node.providers.put("r", TestNode.route(request -> TestNode.now("ok"), "GET /r"));
            assertThat(node.exchange("GET /r HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void aStoppedTransportClosesWhatItIsHanded() throws Exception {
        TestNode node = new TestNode();
        node.transport.stop();
        try (Socket late = node.connect()) {
            assertThat(late.getInputStream().read()).isEqualTo(-1);
        }
        node.close();
        assertThat(node.providers.listeners()).isZero();
    }

    @Test
    void aTrialRunEndsAlsoWhereItsTransportIsStoppedMeanwhile() throws Exception {
        Random random = Seeds.random("stops under a trial run");
        for (int i = 0; i < 10; i++) {
            TestNode node = new TestNode();
            AtomicInteger runs = new AtomicInteger();
            AtomicBoolean stopped = new AtomicBoolean();
            Thread trials = new Thread(() -> {
                while (!stopped.get()) {
                    node.transport.findFault();
                    runs.incrementAndGet();
                }
            });
            trials.start();
            await().until(() -> runs.get() > 0);
            LockSupport.parkNanos(random.nextInt(3_000_000));
            node.transport.stop();
            stopped.set(true);
            trials.join(TimeUnit.SECONDS.toMillis(30));
            assertThat(trials.isAlive()).isFalse();
            node.close();
        }
    }

    /** A transport from its own copy of the classes serves a request and stops. */
    private static ClassLoader runInItsOwnClassLoader() throws Exception {
        URL[] path = Arrays.stream(System.getProperty("java.class.path").split(System.getProperty("path.separator")))
                .map(TransportLifeTest::url)
                .toArray(URL[]::new);
        try (URLClassLoader own = new URLClassLoader(path, new ApiOnly())) {
            Runnable life = (Runnable)
                    own.loadClass(Life.class.getName()).getDeclaredConstructor().newInstance();
            life.run();
            return own;
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Shares what a bundle would import: the API and logging. */
    private static final class ApiOnly extends ClassLoader {
        ApiOnly() {
            super(ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith("io.patchbay.api.") || name.startsWith("org.slf4j.")) {
                return TransportLifeTest.class.getClassLoader().loadClass(name);
            }
            throw new ClassNotFoundException(name);
        }
    }

    /** Loaded by the other class loader. */
    public static final class Life implements Runnable {
        @Override
        public void run() {
            try (TestNode node = new TestNode(Map.of())) {
                node.providers.put("r", TestNode.route(request -> TestNode.now("ok"), "GET /r"));
                String answer = node.exchange("GET /r HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                if (!answer.startsWith("HTTP/1.1 200")) {
                    throw new IllegalStateException(answer);
                }
                try (Socket socket = node.connect()) {
                    socket.getOutputStream()
                            .write(
                                    ("GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: "
                                                    + EchoConnections.ECHO + "\r\n\r\n")
                                            .getBytes(StandardCharsets.US_ASCII));
                    await().until(() -> node.connections.opened.size() == 1);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
