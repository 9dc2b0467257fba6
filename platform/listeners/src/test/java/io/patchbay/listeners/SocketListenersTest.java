package io.patchbay.listeners;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SocketListenersTest {
    private static final Duration WAIT = Duration.ofMillis(400);

    private final OneTransport transports = new OneTransport();
    private final List<SocketListeners> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(SocketListeners::close);
        // A thread is there for a moment after its pool has ended.
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("patchbay-")));
    }

    @Test
    void handsConnectionsToTheTransportOfTheMoment() throws Exception {
        SocketListeners listeners = start(Map.of("listen.port", 0));
        transports.set(new GreetingTransport('a'));
        assertThat(greeting(listeners)).isEqualTo('a');
        transports.set(new GreetingTransport('b'));
        assertThat(greeting(listeners)).isEqualTo('b');
        await().untilAsserted(() -> assertThat(listeners.describe().facts())
                .containsEntry("handed", "2")
                .containsEntry("waiting", "0"));
        assertThat(listeners.addresses())
                .singleElement()
                .satisfies(address ->
                        assertThat(address.getAddress().isLoopbackAddress()).isTrue());
        assertThat(listeners.describe().state()).isEqualTo("listening");
    }

    @Test
    void connectionsWaitForATransportInTheirOrder() throws Exception {
        SocketListeners listeners = start(Map.of("listen.port", "0"));
        try (Socket first = connect(listeners);
                Socket second = connect(listeners)) {
            await().untilAsserted(() -> assertThat(listeners.describe().facts()).containsEntry("waiting", "2"));
            transports.set(new GreetingTransport('c'));
            assertThat(first.getInputStream().read()).isEqualTo('c');
            assertThat(second.getInputStream().read()).isEqualTo('c');
        }
    }

    @Test
    void aConnectionThatNobodyTakesIsClosedAfterTheWait() throws Exception {
        SocketListeners listeners = start(Map.of("listen.port", 0));
        long before = System.nanoTime();
        try (Socket alone = connect(listeners)) {
            assertThat(alone.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(WAIT.minusMillis(50));
        assertThat(listeners.describe().facts()).containsEntry("refused", "1");
    }

    @Test
    void anAddressThatOthersCanReachIsRefusedWithoutTls() {
        SocketListeners listeners = start(Map.of("listen.address", "0.0.0.0", "listen.port", 0));
        assertThat(listeners.addresses()).isEmpty();
        assertThat(listeners.findProblem())
                .hasValueSatisfying(sentence -> assertThat(sentence)
                        .startsWith("Not listening on 0.0.0.0")
                        .contains("TLS"));
        assertThat(listeners.describe().state()).isEqualTo("refused");
    }

    @Test
    void aPortInUseIsOneSentence() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            SocketListeners listeners = start(Map.of("listen.port", other.getLocalPort()));
            assertThat(listeners.findProblem())
                    .hasValueSatisfying(sentence -> assertThat(sentence)
                            .startsWith("Port " + other.getLocalPort() + " on 127.0.0.1 is already in use"));
        }
    }

    @Test
    void whatCannotBeReadIsSaidAndNothingIsOpened() {
        assertThat(start(Map.of("listen.port", "many")).findProblem())
                .hasValue("listen.port is \"many\", but a port is a number from 0 to 65535.");
        assertThat(start(Map.of("listen.port", 70_000)).findProblem()).isPresent();
        assertThat(start(Map.of("listen.adress", "127.0.0.1")).findProblem())
                .hasValue("There is no setting listen.adress. Did you mean 'listen.address'?");
        assertThat(start(Map.of("listen.address", "no such host")).findProblem())
                .hasValueSatisfying(sentence -> assertThat(sentence).contains("no such host"));
    }

    @Test
    void aChangedConfigurationAppliesLiveAndABadOneLeavesTheOldSocket() throws Exception {
        transports.set(new GreetingTransport('d'));
        SocketListeners listeners = start(Map.of("listen.port", 0));
        InetSocketAddress before = listeners.addresses().get(0);
        listeners.modified(Map.of("listen.port", 0, "service.pid", "io.patchbay.listeners"));
        assertThat(listeners.addresses()).as("nothing changed").containsExactly(before);
        listeners.modified(Map.of("listen.address", "127.0.0.2", "listen.port", 0));
        InetSocketAddress after = listeners.addresses().get(0);
        assertThat(after.getAddress().getHostAddress()).isEqualTo("127.0.0.2");
        assertThat(greeting(listeners)).isEqualTo('d');
        listeners.modified(Map.of("listen.address", "0.0.0.0", "listen.port", 0));
        assertThat(listeners.addresses()).containsExactly(after);
        assertThat(listeners.findProblem())
                .hasValueSatisfying(sentence -> assertThat(sentence)
                        .endsWith("Still listening as before, on http://127.0.0.2:" + after.getPort() + "."));
        listeners.modified(Map.of("listen.address", "127.0.0.2", "listen.port", 0));
        assertThat(listeners.findProblem()).isEmpty();
    }

    @Test
    void aProtocolHasASocketOfItsOwnThatFollowsTheConfiguration() throws Exception {
        transports.set(new GreetingTransport('e'));
        SocketListeners listeners = start(tcp("lines 127.0.0.1 0 clear", "other 127.0.0.2 0 clear"));
        InetSocketAddress lines = protocol(listeners, "lines");
        assertThat(text(lines)).isEqualTo("elines");
        assertThat(text(protocol(listeners, "other"))).isEqualTo("eother");
        listeners.modified(tcp("lines 127.0.0.1 0 clear"));
        assertThat(listeners.describe().facts()).doesNotContainKey("other");
        assertThat(protocol(listeners, "lines")).as("nothing changed for it").isEqualTo(lines);
    }

    @Test
    void aSocketThatCannotBeOpenedLeavesTheOldOnes() throws Exception {
        transports.set(new GreetingTransport('f'));
        SocketListeners listeners = start(tcp("lines 127.0.0.1 0 clear"));
        InetSocketAddress lines = protocol(listeners, "lines");
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            listeners.modified(tcp("more 127.0.0.1 0 clear", "lines 127.0.0.1 " + other.getLocalPort() + " clear"));
            assertThat(listeners.findProblem())
                    .hasValueSatisfying(sentence -> assertThat(sentence)
                            .startsWith("Port " + other.getLocalPort() + " on 127.0.0.1 is already in use")
                            .contains("another port in listen.tcp"));
        }
        assertThat(listeners.describe().facts()).doesNotContainKey("more");
        assertThat(text(lines)).isEqualTo("flines");
        listeners.modified(tcp("lines 0.0.0.0 0 clear"));
        assertThat(listeners.findProblem())
                .hasValueSatisfying(sentence -> assertThat(sentence).contains("TLS", "listen.tcp"));
        listeners.modified(tcp("lines 127.0.0.1 7 clear", "other 127.0.0.1 7 clear"));
        assertThat(listeners.findProblem())
                .hasValueSatisfying(sentence -> assertThat(sentence).contains("127.0.0.1:7 twice"));
        listeners.modified(tcp("lines"));
        assertThat(listeners.findProblem())
                .hasValueSatisfying(sentence -> assertThat(sentence).contains("\"lines\""));
        assertThat(text(lines)).isEqualTo("flines");
    }

    private static Map<String, Object> tcp(String... sockets) {
        return Map.of("listen.port", 0, "listen.tcp", sockets);
    }

    private static InetSocketAddress protocol(SocketListeners listeners, String protocol) {
        String address = listeners.describe().facts().get(protocol);
        int colon = address.lastIndexOf(':');
        return new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }

    private static String text(InetSocketAddress address) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            return new String(socket.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
        }
    }

    @Test
    void theCommandLineGoesBeforeTheConfiguration() {
        assertThat(ListenersConfig.of(
                                Map.of("listen.port", 1234),
                                name -> name.equals("patchbay.port") ? Optional.of("0") : Optional.empty())
                        .port())
                .isZero();
        assertThat(ListenersConfig.of(Map.of(), name -> Optional.empty()))
                .isEqualTo(new ListenersConfig("127.0.0.1", 7420, List.of(), Optional.empty(), false));
        SocketListeners offline = start(Map.of("listen.port", 0), Map.of("patchbay.offline", "true"));
        assertThat(offline.addresses()).isEmpty();
        assertThat(offline.findProblem()).isEmpty();
        assertThat(offline.describe().state()).isEqualTo("offline");
    }

    private SocketListeners start(Map<String, ?> config) {
        return start(config, Map.of());
    }

    private SocketListeners start(Map<String, ?> config, Map<String, String> framework) {
        SocketListeners listeners = new SocketListeners(
                new HandOver(transports, WAIT),
                new ConnectionMoves(transports),
                name -> Optional.ofNullable(framework.get(name)),
                config);
        started.add(listeners);
        return listeners;
    }

    private static Socket connect(SocketListeners listeners) throws IOException {
        InetSocketAddress address = listeners.addresses().get(0);
        return new Socket(address.getAddress(), address.getPort());
    }

    private static int greeting(SocketListeners listeners) throws IOException {
        try (Socket socket = connect(listeners)) {
            return socket.getInputStream().read();
        }
    }
}
