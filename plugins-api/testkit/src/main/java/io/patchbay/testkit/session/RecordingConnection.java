package io.patchbay.testkit.session;

import io.patchbay.api.protocol.Connection;
import io.patchbay.api.protocol.Session;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A connection that keeps what is sent on it. For one thread. */
public final class RecordingConnection implements Connection {
    private final Session session;
    private final List<byte[]> sent = new ArrayList<>();
    private int busy;
    private OptionalInt closeCode = OptionalInt.empty();

    public RecordingConnection(Session session) {
        this.session = session;
    }

    @Override
    public long id() {
        return 1;
    }

    @Override
    public String remoteAddress() {
        return "127.0.0.1";
    }

    @Override
    public Session session() {
        return session;
    }

    @Override
    public void send(byte[] message) {
        sent.add(message);
    }

    @Override
    public void sendText(String message) {
        sent.add(message.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean takesRequests() {
        if (busy > 0) {
            busy--;
            return false;
        }
        return closeCode.isEmpty();
    }

    /** The next so many times that it is asked, it takes no request. */
    public void beBusy(int times) {
        busy = times;
    }

    @Override
    public void execute(Runnable task) {
        if (closeCode.isEmpty()) {
            task.run();
        }
    }

    @Override
    public void close(int closeCode, String reason) {
        this.closeCode = OptionalInt.of(closeCode);
    }

    /** What was sent since the last call. */
    public List<byte[]> takeSent() {
        List<byte[]> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    public OptionalInt closeCode() {
        return closeCode;
    }
}
