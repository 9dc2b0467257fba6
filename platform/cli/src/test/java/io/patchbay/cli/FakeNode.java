package io.patchbay.cli;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The node's end of a control socket: remembers what it is asked, answers what a test told it to. */
final class FakeNode implements AutoCloseable {
    final List<Value.Struct> requests = new CopyOnWriteArrayList<>();

    private final ServerSocketChannel server;
    private volatile List<Value.Struct> answers = List.of();

    FakeNode(Path home) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(home.resolve("control.sock")));
        Thread thread = new Thread(this::serve, "fake-node");
        thread.setDaemon(true);
        thread.start();
    }

    void answers(Value.Struct... messages) {
        answers = List.of(messages);
    }

    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel channel = server.accept()) {
                while (true) {
                    int length = fill(channel, ByteBuffer.allocate(4)).getInt(0);
                    requests.add((Value.Struct) Cbor.decodeEnvelope(
                            fill(channel, ByteBuffer.allocate(length)).array()));
                    for (Value.Struct answer : answers) {
                        byte[] body = Cbor.encodeEnvelope(answer);
                        channel.write(ByteBuffer.allocate(4 + body.length)
                                .putInt(body.length)
                                .put(body)
                                .flip());
                    }
                    if (answers.isEmpty()) {
                        break;
                    }
                }
            } catch (IOException e) {
                // The client has gone, or the test has ended.
            }
        }
    }

    private static ByteBuffer fill(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new IOException("gone");
            }
        }
        return buffer;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
