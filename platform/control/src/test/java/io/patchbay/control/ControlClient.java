package io.patchbay.control;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The other end of a control connection, which can also misbehave. */
final class ControlClient implements AutoCloseable {
    private final SocketChannel channel;

    ControlClient(Path socket) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    Value.Struct ask(Value.Struct request) throws IOException {
        send(request);
        return read();
    }

    void send(Value.Struct request) throws IOException {
        byte[] body = Cbor.encode(request);
        sendRaw(ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array());
    }

    void sendRaw(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** The next message but those which only say that the request is taken up. */
    Value.Struct read() throws IOException {
        Value.Struct message = readAny();
        return message.find("alive").isPresent() ? read() : message;
    }

    Value.Struct readAny() throws IOException {
        ByteBuffer length = fill(ByteBuffer.allocate(4));
        return (Value.Struct)
                Cbor.decode(fill(ByteBuffer.allocate(length.getInt(0))).array());
    }

    private ByteBuffer fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException();
            }
        }
        return buffer;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
