package io.patchbay.transport.http;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.protocol.Connections;
import io.patchbay.api.protocol.MessageChannel;
import io.patchbay.api.protocol.MessageReceiver;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The platform's side: sends every message back, and is not ready for more than {@link #WINDOW} that are not out yet. */
final class EchoConnections implements Connections {
    static final String ECHO = "echo.v1";
    /** Always refused when opened. */
    static final String FULL = "full.v1";

    static final int WINDOW = 4;

    final List<Echo> opened = new CopyOnWriteArrayList<>();
    final AtomicInteger closed = new AtomicInteger();
    final AtomicInteger received = new AtomicInteger();
    /** Of a message, or a chunk, the rest is left in the buffer. */
    volatile int mostTaken = Integer.MAX_VALUE;
    /** Whether {@link #ECHO} can be opened. */
    volatile boolean there = true;

    @Override
    public boolean offers(String protocol) {
        return protocol.equals(ECHO) || protocol.equals(FULL);
    }

    @Override
    public int count(String protocol) {
        return protocol.equals(ECHO) ? opened.size() - closed.get() : 0;
    }

    @Override
    public MessageReceiver open(String protocol, MessageChannel channel, String remoteAddress) {
        if (protocol.equals(FULL)) {
            throw new PatchbayException(ErrorCode.OVERLOADED, "This node has as many connections as it takes.");
        }
        if (!there) {
            throw new PatchbayException(ErrorCode.UNAVAILABLE, "Nothing here speaks " + protocol + ".");
        }
        Echo echo = new Echo(channel, remoteAddress);
        opened.add(echo);
        return echo;
    }

    final class Echo implements MessageReceiver {
        private record Message(byte[] bytes, boolean text) {}

        volatile MessageChannel channel;
        final String remoteAddress;
        private final Deque<Message> outbox = new ArrayDeque<>();
        private boolean sending;
        private boolean detached;
        private Runnable still = () -> {};
        private Runnable resume = () -> {};

        Echo(MessageChannel channel, String remoteAddress) {
            this.channel = channel;
            this.remoteAddress = remoteAddress;
        }

        @Override
        public synchronized void onMessage(ByteBuffer message, boolean text) {
            received.incrementAndGet();
            byte[] bytes = new byte[Math.min(message.remaining(), mostTaken)];
            message.get(bytes);
            outbox.add(new Message(bytes, text));
            sendNext();
        }

        @Override
        public synchronized boolean ready(Runnable whenReady) {
            if (outbox.size() < WINDOW) {
                return true;
            }
            resume = whenReady;
            return false;
        }

        @Override
        public void close(int closeCode, String reason) {
            channel.close(closeCode, reason);
        }

        @Override
        public void detach(Runnable whenStill) {
            synchronized (this) {
                detached = true;
                resume = () -> {};
                if (sending) {
                    still = whenStill;
                    return;
                }
            }
            whenStill.run();
        }

        @Override
        public synchronized void attach(MessageChannel next) {
            channel = next;
            detached = false;
            still = () -> {};
            sendNext();
        }

        /** Whether all that was sent is out, so that a test may send over the channel itself. */
        synchronized boolean isQuiet() {
            return !sending && outbox.isEmpty();
        }

        @Override
        public void onClosed() {
            closed.incrementAndGet();
        }

        private synchronized void sendNext() {
            if (!sending && !detached && !outbox.isEmpty()) {
                sending = true;
                Message next = outbox.peek();
                channel.send(ByteBuffer.wrap(next.bytes), next.text, this::sent);
            }
        }

        private void sent() {
            Runnable goOn;
            Runnable nowStill;
            synchronized (this) {
                sending = false;
                nowStill = still;
                still = () -> {};
                outbox.poll();
                goOn = resume;
                resume = () -> {};
                sendNext();
            }
            nowStill.run();
            goOn.run();
        }
    }
}
