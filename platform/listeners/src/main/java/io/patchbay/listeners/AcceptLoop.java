package io.patchbay.listeners;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listening socket and the thread that accepts from it; open from construction to {@link #close}, accepting once it has been told for whom. */
final class AcceptLoop implements AutoCloseable {
    /** Connections that the system keeps until they are accepted. */
    static final int BACKLOG = 1024;
    /** Pause after a failed accept, which is most often "too many open files". */
    static final long RETRY_MS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(AcceptLoop.class);

    private final ServerSocketChannel socket;
    private final InetSocketAddress address;
    private final Thread thread;
    private volatile @Nullable Consumer<SocketChannel> taker;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** @throws IOException a {@link BindException} if the port is in use or the address is not this machine's */
    AcceptLoop(InetSocketAddress wanted) throws IOException {
        this.socket = ServerSocketChannel.open();
        try {
            socket.bind(wanted, BACKLOG);
            this.address = (InetSocketAddress) socket.getLocalAddress();
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
        this.thread = new Thread(this::run, "patchbay-accept-" + address.getPort());
        thread.setDaemon(true);
    }

    /** @param next owns what is accepted from now on, and never waits. Called by one thread at a time. */
    void giveTo(Consumer<SocketChannel> next) {
        taker = next;
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
    }

    /** With the port that was really bound. */
    InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            socket.close();
            thread.join();
        } catch (IOException e) {
            LOG.warn("The socket on {} did not close cleanly: {}", address, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        boolean failing = false;
        while (closed.getCount() > 0) {
            try {
                SocketChannel connection = socket.accept();
                failing = false;
                Objects.requireNonNull(taker).accept(connection);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException | RuntimeException e) {
                if (!failing) {
                    LOG.error("Accepting connections on {} fails, trying again every {} ms", address, RETRY_MS, e);
                }
                failing = true;
                pause();
            }
        }
    }

    private void pause() {
        try {
            if (closed.await(RETRY_MS, TimeUnit.MILLISECONDS)) {
                LOG.debug("Closed while accepting failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
