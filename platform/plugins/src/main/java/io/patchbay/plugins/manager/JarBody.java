package io.patchbay.plugins.manager;

import io.patchbay.api.Limits;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A jar on its way into a file, piece by piece; more than a plugin may have ends it. Written by the HTTP client's thread, looked at by any. */
final class JarBody implements BodySubscriber<Long>, AutoCloseable {
    private final Path target;
    private final String shown;
    private final CompletableFuture<Long> whole = new CompletableFuture<>();
    private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();

    /** Guarded by this. */
    private @Nullable FileChannel out;

    /** Guarded by this. */
    private boolean closed;

    private volatile long received;
    private volatile long expected;

    /** @param shown what it is, for people */
    JarBody(Path target, String shown) {
        this.target = target;
        this.shown = shown;
    }

    /** This, told what is to come. */
    BodySubscriber<Long> of(ResponseInfo head) {
        expected = Math.max(0, head.headers().firstValueAsLong("content-length").orElse(0));
        return this;
    }

    /** For an answer whose body nobody wants: not a byte of it is read. */
    static BodySubscriber<Long> ignored() {
        return new BodySubscriber<>() {
            @Override
            public CompletionStage<Long> getBody() {
                return CompletableFuture.completedFuture(0L);
            }

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.cancel();
            }

            @Override
            public void onNext(List<ByteBuffer> pieces) {}

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onComplete() {}
        };
    }

    long received() {
        return received;
    }

    /** 0 while unknown. */
    long expected() {
        return expected;
    }

    @Override
    public CompletionStage<Long> getBody() {
        return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription began) {
        subscription.set(began);
        if (expected > Limits.PLUGIN_BYTES) {
            fail(JarDownload.tooLarge(shown));
            return;
        }
        began.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> pieces) {
        try {
            for (ByteBuffer piece : pieces) {
                write(piece);
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private synchronized void write(ByteBuffer piece) throws IOException {
        if (closed) {
            return;
        }
        if (received + piece.remaining() > Limits.PLUGIN_BYTES) {
            throw JarDownload.tooLarge(shown);
        }
        if (out == null) {
            out = FileChannel.open(target, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        }
        received += piece.remaining();
        while (piece.hasRemaining()) {
            out.write(piece);
        }
    }

    private void fail(Throwable failure) {
        Flow.Subscription running = subscription.get();
        if (running != null) {
            running.cancel();
        }
        whole.completeExceptionally(failure);
    }

    @Override
    public void onError(Throwable failure) {
        whole.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        whole.complete(received);
    }

    /** Nothing is written any more. */
    @Override
    public synchronized void close() {
        closed = true;
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException e) {
            // What was written is read again and compared with its digest.
        }
    }
}
