package io.patchbay.transport.http;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted connections move as those in clear do, with the engine that they have: no byte is lost, doubled or out of order. */
class TlsSwapTest {
    @TempDir
    static Path folder;

    private static TestTls tls;

    @BeforeAll
    static void makeCertificate() throws Exception {
        tls = new TestTls(folder);
    }

    @Nested
    class OverTls13 extends MoveTest {
        @Override
        void prepare(TestNode node) {
            encrypt(node, "TLSv1.3");
        }
    }

    @Nested
    class OverTls12 extends MoveTest {
        @Override
        void prepare(TestNode node) {
            encrypt(node, "TLSv1.2");
        }
    }

    private static void encrypt(TestNode node, String version) {
        node.tls = () -> tls.engine(version);
        node.dial = to -> tls.connect(to, version);
    }
}
