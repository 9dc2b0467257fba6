package io.patchbay.protocol.rest;

import io.patchbay.api.http.HttpSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client that reads when the test says so. For one thread. */
final class HandledSink implements HttpSink {
    /** It is writable while less than this waits. */
    static final int ROOM = 256 << 10;

    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private final List<Runnable> onClosed = new ArrayList<>();
    private Runnable onWritable = () -> {};
    private Runnable onDrain = () -> {};
    private boolean blocked;
    boolean ended;
    boolean aborted;
    /** The most that ever waited. */
    int most;

    /** What was written since it was last asked. */
    String read() {
        String text = waiting.toString(StandardCharsets.UTF_8);
        waiting.reset();
        if (blocked) {
            blocked = false;
            onWritable.run();
        }
        return text;
    }

    /** Reads until nothing comes any more. */
    String readAll() {
        StringBuilder all = new StringBuilder();
        for (String text = read(); !text.isEmpty(); text = read()) {
            all.append(text);
        }
        return all.toString();
    }

    void drain() {
        onDrain.run();
    }

    void disconnect() {
        aborted = true;
        onClosed.forEach(Runnable::run);
    }

    @Override
    public void write(byte[] bytes) {
        if (!ended && !aborted) {
            waiting.writeBytes(bytes);
            most = Math.max(most, waiting.size());
            blocked |= waiting.size() > ROOM;
        }
    }

    @Override
    public boolean writable() {
        return !blocked && !ended && !aborted;
    }

    @Override
    public void onWritable(Runnable listener) {
        onWritable = listener;
    }

    @Override
    public void onClosed(Runnable listener) {
        onClosed.add(listener);
    }

    @Override
    public void onDrain(Runnable listener) {
        onDrain = listener;
    }

    @Override
    public void end() {
        ended = true;
    }

    @Override
    public void abort() {
        aborted = true;
    }
}
