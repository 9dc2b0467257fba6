package io.patchbay.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One thread that loads a server through many connections; light, for it shares the machine with what it measures.
 *
 * <p>Closed: each connection sends its next request when it has the answer to the last. Paced: requests are due at a fixed rate, and a latency counts from when its request was due, so that a
 * server that stalls is charged for all who would have waited.
 */
final class LoadClient implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 << 10;
    /** Longer than a request may take, so that it fails before the load does. */
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(40);

    private final Selector selector = Selector.open();
    private final List<Connection> connections = new ArrayList<>();
    /** Paced: those that may send, longest waiting first. */
    private final ArrayDeque<Connection> free = new ArrayDeque<>();

    private final Wire wire;
    private long number;
    private Latencies latencies = new Latencies();
    private long failed;
    private boolean sending;
    private long last = Long.MAX_VALUE;

    /** Connects; a wire's greeting is done before this returns. */
    LoadClient(InetSocketAddress address, int connections, Wire wire) throws IOException {
        this.wire = wire;
        for (int i = 0; i < connections; i++) {
            this.connections.add(new Connection(address));
        }
    }

    /**
     * What one run saw.
     *
     * @param perSecond good answers
     * @param nanos sorted latencies
     */
    record Run(double perSecond, long failed, long[] nanos) {
        double millis(double share) {
            return nanos.length == 0 ? 0 : nanos[(int) Math.min(nanos.length - 1, share * nanos.length)] / 1e6;
        }
    }

    /** As fast as the answers come. */
    Run closed(Duration time) throws IOException {
        return run(time, 0);
    }

    /** @param rate requests a second, over all connections */
    Run paced(Duration time, double rate) throws IOException {
        return run(time, 1e9 / rate);
    }

    /** Sends so many requests, as fast as the answers come. */
    void count(long requests) throws IOException {
        last = number + requests;
        sending = true;
        for (Connection connection : connections) {
            connection.fill();
        }
        while (connections.stream().anyMatch(connection -> connection.outstanding > 0)) {
            selector.select(connection(true), 100);
        }
        last = Long.MAX_VALUE;
        if (failed > 0) {
            throw new IOException(failed + " requests failed.");
        }
    }

    private Run run(Duration time, double periodNanos) throws IOException {
        latencies = new Latencies();
        failed = 0;
        sending = true;
        long began = System.nanoTime();
        long end = began + time.toNanos();
        if (periodNanos == 0) {
            for (Connection connection : connections) {
                connection.fill();
            }
        } else {
            free.clear();
            free.addAll(connections);
        }
        double due = began;
        for (long now = began; now < end; now = System.nanoTime()) {
            if (periodNanos == 0) {
                selector.select(connection(true), 100);
                continue;
            }
            while (due <= now && !free.isEmpty()) {
                free.poll().sendOne((long) due);
                due += periodNanos;
            }
            // Where requests are due within a millisecond, no timer is exact enough: look again and again, kindly.
            if (due - now > 1_000_000) {
                selector.select(connection(false), Math.max(1, (long) ((due - now) / 1e6)));
            } else if (selector.selectNow(connection(false)) == 0) {
                Thread.yield();
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long[] nanos = latencies.sorted();
        Run run = new Run((nanos.length - failed) / seconds, failed, nanos);
        drain();
        return run;
    }

    /** Waits for the answers that are still out, so that the next run begins with none. */
    private void drain() throws IOException {
        sending = false;
        long end = System.nanoTime() + LAST_ANSWERS.toNanos();
        while (connections.stream().anyMatch(connection -> connection.outstanding > 0)) {
            if (System.nanoTime() > end) {
                throw new IOException("Answers are missing after " + LAST_ANSWERS.toSeconds() + " s.");
            }
            selector.select(connection(false), 100);
        }
    }

    private java.util.function.Consumer<SelectionKey> connection(boolean refill) {
        return key -> {
            try {
                ((Connection) key.attachment()).ready(key, refill);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        };
    }

    @Override
    public void close() throws IOException {
        for (Connection connection : connections) {
            connection.channel.close();
        }
        selector.close();
    }

    private final class Connection {
        private final SocketChannel channel;
        private final SelectionKey key;
        private final byte[] input = new byte[BUFFER_BYTES];
        private final ByteBuffer output = ByteBuffer.allocateDirect(BUFFER_BYTES);
        private final ByteBuffer received = ByteBuffer.allocateDirect(BUFFER_BYTES);
        /** When the request with this number was sent or due, by number modulo its length; at 0 where answers come in order. */
        private final long[] sentAt = new long[4096];

        private int length;
        private int outstanding;

        Connection(InetSocketAddress address) throws IOException {
            channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (wire.greeting().length > 0) {
                greet();
            }
            channel.configureBlocking(false);
            key = channel.register(selector, SelectionKey.OP_READ, this);
        }

        private void greet() throws IOException {
            channel.write(ByteBuffer.wrap(wire.greeting()));
            StringBuilder answer = new StringBuilder();
            ByteBuffer one = ByteBuffer.allocate(1);
            while (answer.indexOf("\r\n\r\n") < 0) {
                if (channel.read(one.clear()) < 0) {
                    throw new IOException("The server hung up: " + answer);
                }
                answer.append((char) one.get(0));
            }
            if (!answer.toString().startsWith("HTTP/1.1 101")) {
                throw new IOException("The server did not agree: " + answer);
            }
            if (wire.login().length == 0) {
                return;
            }
            channel.write(ByteBuffer.wrap(wire.login()));
            int whole;
            while ((whole = wire.answerLength(input, 0, length)) < 0) {
                channel.read(one.clear());
                input[length++] = one.get(0);
            }
            length -= whole;
        }

        void fill() throws IOException {
            long now = System.nanoTime();
            while (sending && number < last && outstanding < wire.inFlight() && output.remaining() > 8192) {
                put(now);
            }
            flush();
        }

        void sendOne(long due) throws IOException {
            put(due);
            flush();
            if (outstanding < wire.inFlight()) {
                free.addLast(this);
            }
        }

        private void put(long at) {
            output.put(wire.request(number));
            sentAt[wire.inFlight() == 1 ? 0 : (int) (number % sentAt.length)] = at;
            number++;
            outstanding++;
        }

        private void flush() throws IOException {
            output.flip();
            channel.write(output);
            boolean rest = output.hasRemaining();
            output.compact();
            key.interestOps(rest ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        }

        void ready(SelectionKey ready, boolean refill) throws IOException {
            if (ready.isWritable()) {
                flush();
            }
            if (ready.isReadable()) {
                read(refill);
            }
        }

        private void read(boolean refill) throws IOException {
            int count = channel.read(received.clear().limit(input.length - length));
            if (count < 0) {
                throw new IOException("The server hung up.");
            }
            received.flip().get(input, length, count);
            length += count;
            long now = System.nanoTime();
            int from = 0;
            int whole;
            while ((whole = wire.answerLength(input, from, length)) >= 0) {
                answered(from, whole, now, refill);
                from += whole;
            }
            System.arraycopy(input, from, input, 0, length - from);
            length -= from;
            if (refill) {
                fill();
            }
        }

        private void answered(int from, int whole, long now, boolean refill) {
            long which = wire.numberOf(input, from, whole);
            latencies.add(now - sentAt[which < 0 || wire.inFlight() == 1 ? 0 : (int) (which % sentAt.length)]);
            if (!wire.isGood(input, from, whole)) {
                failed++;
                if (failed == 1) {
                    System.err.println("failed: " + new String(input, from, Math.min(whole, 600)));
                }
            }
            if (outstanding-- == wire.inFlight() && !refill) {
                free.addLast(this);
            }
        }
    }
}
