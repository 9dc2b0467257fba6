package io.patchbay.protocol.rest;

import io.patchbay.api.http.HttpSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Keeps what is written. Any thread. */
final class MemorySink implements HttpSink {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final List<Runnable> onClosed = new ArrayList<>();
    private Runnable onWritable = () -> {};
    private Runnable onDrain = () -> {};
    private boolean writable = true;
    private boolean closed;

    synchronized String text() {
        return written.toString(StandardCharsets.UTF_8);
    }

    synchronized boolean closed() {
        return closed;
    }

    void setWritable(boolean now) {
        Runnable listener;
        synchronized (this) {
            writable = now;
            listener = now ? onWritable : () -> {};
        }
        listener.run();
    }

    void drain() {
        onDrain.run();
    }

    void close() {
        end();
    }

    @Override
    public synchronized void write(byte[] bytes) {
        if (!closed) {
            written.writeBytes(bytes);
        }
    }

    @Override
    public synchronized boolean writable() {
        return writable && !closed;
    }

    @Override
    public synchronized void onWritable(Runnable listener) {
        onWritable = listener;
    }

    @Override
    public synchronized void onClosed(Runnable listener) {
        onClosed.add(listener);
    }

    @Override
    public synchronized void onDrain(Runnable listener) {
        onDrain = listener;
    }

    @Override
    public void end() {
        List<Runnable> listeners;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            listeners = List.copyOf(onClosed);
        }
        listeners.forEach(Runnable::run);
    }

    @Override
    public void abort() {
        end();
    }
}
