package io.patchbay.control;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers control connections, a thread each. A request is {@code {"op": name, ...}}; the answer is {@code {"alive": true}} at once, any number of {@code {"progress": {...}}} and {@code
 * {"plan": {...}}}, then {@code {"result": ...}} or {@code {"error": {"code", "number", "message", "retryable", ...}}}.
 *
 * <p>So a client tells a node that hangs from one that works, and what a client no longer waits for is not begun: the first message finds its end closed.
 */
final class ControlServer implements AutoCloseable {
    static final int CONNECTIONS_MAX = 16;
    static final Duration IDLE = Duration.ofMinutes(1);
    static final Duration REQUEST = Duration.ofSeconds(10);
    static final Duration WRITE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger("control");
    private static final String OP = "op";
    private static final Value.Struct ALIVE = Value.struct("alive", Value.TRUE);

    private final SocketPlace place;
    private final Supplier<Map<String, ControlOperation>> operations;
    private final Duration idle;
    private final ThreadPoolExecutor threads;
    private final ScheduledThreadPoolExecutor watchdog;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final LongAdder requests = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder refused = new LongAdder();

    private ControlServer(SocketPlace place, Supplier<Map<String, ControlOperation>> operations, Duration idle) {
        this.place = place;
        this.operations = operations;
        this.idle = idle;
        this.threads = new ThreadPoolExecutor(
                0, CONNECTIONS_MAX, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons("control-"));
        this.watchdog = new ScheduledThreadPoolExecutor(1, daemons("control-watchdog-"));
        watchdog.setRemoveOnCancelPolicy(true);
        // No thread while nobody is connected.
        watchdog.setKeepAliveTime(10, TimeUnit.SECONDS);
        watchdog.allowCoreThreadTimeOut(true);
    }

    static ControlServer open(Path home, Supplier<Map<String, ControlOperation>> operations, Duration idle)
            throws IOException {
        ControlServer server = new ControlServer(SocketPlace.open(home), operations, idle);
        daemons("control-accept-").newThread(server::accept).start();
        return server;
    }

    Path socket() {
        return place.socket();
    }

    int connections() {
        return open.size();
    }

    long requests() {
        return requests.sum();
    }

    long errors() {
        return errors.sum();
    }

    long refused() {
        return refused.sum();
    }

    private void accept() {
        while (true) {
            try {
                serve(place.channel().accept());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warn("A control connection could not be accepted: {}", e.toString());
            }
        }
    }

    private void serve(SocketChannel channel) {
        open.add(channel);
        try {
            threads.execute(() -> {
                try {
                    converse(new Frames(channel, watchdog));
                } catch (IOException | RejectedExecutionException e) {
                    // Rejected: the server closes, and with it the watchdog.
                    LOG.debug("A control connection broke: {}", e.toString());
                } finally {
                    close(channel);
                }
            });
        } catch (RejectedExecutionException e) {
            // Too many are connected, or the server is closing; there is nobody to tell it by.
            refused.increment();
            close(channel);
        }
    }

    private void converse(Frames frames) throws IOException {
        while (true) {
            Optional<Value.Struct> request;
            try {
                request = frames.read(idle, REQUEST);
            } catch (PatchbayException e) {
                frames.write(error(e), WRITE);
                return;
            }
            if (request.isEmpty()) {
                return;
            }
            answer(request.get(), frames);
        }
    }

    private void answer(Value.Struct request, Frames frames) throws IOException {
        requests.increment();
        frames.write(ALIVE, WRITE);
        Replies replies = new Replies(frames);
        Value.Struct reply;
        try {
            String name = request.findText(OP)
                    .orElseThrow(
                            () -> new PatchbayException(ErrorCode.BAD_REQUEST, "A control request names its 'op'."));
            ControlOperation operation = operations.get().get(name);
            if (operation == null) {
                throw new PatchbayException(ErrorCode.BAD_REQUEST, "There is no control operation '" + name + "'.");
            }
            Fields fields = Fields.of("the request", request);
            fields.requireText(OP);
            reply = Value.struct("result", operation.run(fields, replies));
        } catch (PatchbayException e) {
            reply = error(e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (RuntimeException e) {
            if (!place.channel().isOpen()) {
                throw new ClosedChannelException();
            }
            LOG.error("A control request failed.", e);
            reply = error(
                    new PatchbayException(ErrorCode.INTERNAL, "Something failed inside the node; its log says what."));
        }
        frames.write(reply, WRITE);
        replies.afterReply.forEach(Runnable::run);
    }

    /** What one request is answered with before its end. */
    private static final class Replies implements ControlOperation.Messages {
        private final Frames frames;
        private final List<Runnable> afterReply = new ArrayList<>();

        Replies(Frames frames) {
            this.frames = frames;
        }

        @Override
        public void send(Value.Struct message) throws IOException {
            frames.write(message, WRITE);
        }

        @Override
        public void send(byte[] message) throws IOException {
            frames.write(message, WRITE);
        }

        @Override
        public void afterReply(Runnable action) {
            afterReply.add(action);
        }
    }

    private Value.Struct error(PatchbayException e) {
        errors.increment();
        Map<String, Value> error = new LinkedHashMap<>();
        e.details()
                .forEach((name, value) -> error.put(
                        name,
                        value instanceof Long number
                                ? Value.of(number)
                                : value instanceof Boolean truth ? Value.of(truth) : Value.of(value.toString())));
        error.put("code", Value.of(e.code().name()));
        error.put("number", Value.of(e.code().number()));
        error.put("message", Value.of(String.valueOf(e.getMessage())));
        error.put("retryable", Value.of(e.code().retryable()));
        return Value.struct("error", new Value.Struct(error));
    }

    private void close(SocketChannel channel) {
        open.remove(channel);
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("A control connection could not be closed: {}", e.toString());
        }
    }

    private static ThreadFactory daemons(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public void close() {
        place.close();
        threads.shutdownNow();
        watchdog.shutdownNow();
        open.forEach(this::close);
    }
}
