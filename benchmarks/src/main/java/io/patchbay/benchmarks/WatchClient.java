package io.patchbay.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** One thread that publishes changes on one connection and sees them arrive on many others. Every watcher gets one frame for each change, in order. */
final class WatchClient implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;
    /** How many changes can be under way. */
    private static final int MOST_UNDER_WAY = 1 << 16;

    private final Selector selector = Selector.open();
    private final List<Peer> watchers = new ArrayList<>();
    private final Peer publisher;
    private final LongFunction<byte[]> publish;
    private final ByteBuffer received = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final long[] sentAt = new long[MOST_UNDER_WAY];
    private final int[] seen = new int[MOST_UNDER_WAY];

    private long published;
    private long answered;
    /** Changes that all have seen; without watchers, that were answered. */
    private long complete;

    private Latencies latencies = new Latencies();
    private Latencies answers = new Latencies();

    /**
     * Connects.
     *
     * @param login what each connection sends first
     * @param watch what makes a connection a watcher
     * @param publish the change with this number
     */
    WatchClient(InetSocketAddress address, int watchers, byte[][] login, byte[] watch, LongFunction<byte[]> publish)
            throws IOException {
        this.publish = publish;
        this.publisher = new Peer(WebSocketClient.open(address, login));
        byte[][] loginAndWatch = java.util.Arrays.copyOf(login, login.length + 1);
        loginAndWatch[login.length] = watch;
        for (int i = 0; i < watchers; i++) {
            this.watchers.add(new Peer(WebSocketClient.open(address, loginAndWatch)));
        }
    }

    /** What a run saw: each arrival at a watcher, and each answer to the publisher. */
    record Run(LoadClient.Run seen, LoadClient.Run answered) {}

    /** The next change is published when all have seen the one {@code window} before it. */
    Run saturate(Duration time, int window) throws IOException {
        return run(time, now -> published - complete < window);
    }

    Run paced(Duration time, double perSecond) throws IOException {
        long began = System.nanoTime();
        long first = published;
        return run(
                time,
                now -> now - began >= (published - first) * 1e9 / perSecond
                        && published - complete < MOST_UNDER_WAY - 1);
    }

    private interface Due {
        boolean due(long now);
    }

    private Run run(Duration time, Due due) throws IOException {
        latencies = new Latencies();
        answers = new Latencies();
        long began = System.nanoTime();
        long end = began + time.toNanos();
        for (long now = began; now < end; now = System.nanoTime()) {
            while (due.due(now) && publisher.output.remaining() > 4096) {
                int slot = (int) (published % MOST_UNDER_WAY);
                sentAt[slot] = now;
                seen[slot] = 0;
                publisher.output.put(publish.apply(published++));
            }
            publisher.flush();
            if (selector.selectNow(this::ready) == 0) {
                Thread.yield();
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        Run run = new Run(summary(latencies, seconds), summary(answers, seconds));
        drain();
        return run;
    }

    private static LoadClient.Run summary(Latencies latencies, double seconds) {
        long[] nanos = latencies.sorted();
        return new LoadClient.Run(nanos.length / seconds, 0, nanos);
    }

    /** The next run begins with nothing under way. */
    private void drain() throws IOException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (complete < published || answered < published) {
            if (System.nanoTime() > end) {
                throw new IOException((published - complete) + " changes have not been seen by all after 20 s.");
            }
            publisher.flush();
            selector.select(this::ready, 100);
        }
    }

    private void ready(SelectionKey key) {
        try {
            ((Peer) key.attachment()).read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        publisher.channel.close();
        for (Peer watcher : watchers) {
            watcher.channel.close();
        }
        selector.close();
    }

    private final class Peer {
        private final SocketChannel channel;
        private final ByteBuffer output = ByteBuffer.allocate(BUFFER_BYTES);
        private byte[] input = new byte[2048];
        private int length;
        private long frames;

        Peer(SocketChannel channel) throws IOException {
            this.channel = channel;
            frames = published;
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        void flush() throws IOException {
            if (output.position() > 0) {
                output.flip();
                channel.write(output);
                output.compact();
            }
        }

        void read() throws IOException {
            received.clear();
            if (channel.read(received) < 0) {
                throw new EOFException("The server hung up.");
            }
            received.flip();
            int count = received.remaining();
            if (length + count > input.length) {
                input = java.util.Arrays.copyOf(input, length + count);
            }
            received.get(input, length, count);
            length += count;
            long now = System.nanoTime();
            int from = 0;
            int whole;
            while ((whole = WebSocketWire.frameLength(input, from, length)) >= 0) {
                frame(from, whole, now);
                from += whole;
            }
            System.arraycopy(input, from, input, 0, length - from);
            length -= from;
        }

        private void frame(int from, int whole, long now) throws IOException {
            int slot = (int) (frames++ % MOST_UNDER_WAY);
            if (this == publisher) {
                String text = new String(input, from, whole, StandardCharsets.ISO_8859_1);
                if (text.contains("error")) {
                    throw new IOException("A change was refused: " + text);
                }
                answers.add(now - sentAt[slot]);
                answered++;
                if (watchers.isEmpty()) {
                    complete++;
                }
                return;
            }
            latencies.add(now - sentAt[slot]);
            if (++seen[slot] == watchers.size()) {
                complete++;
            }
        }
    }
}
