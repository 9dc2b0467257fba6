package io.patchbay.client;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A whole body; one that is longer than {@link ClientLimits#RECEIVED_FRAME_BYTES} fails the exchange. */
final class BoundedBody implements BodySubscriber<byte[]> {
    private final BodySubscriber<byte[]> whole = BodySubscribers.ofByteArray();
    private Flow.@Nullable Subscription source;
    private long bytes;

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        source = subscription;
        whole.onSubscribe(subscription);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
        for (ByteBuffer part : parts) {
            bytes += part.remaining();
        }
        if (source != null && bytes > ClientLimits.RECEIVED_FRAME_BYTES) {
            source.cancel();
            whole.onError(new IOException("an answer beyond " + ClientLimits.RECEIVED_FRAME_BYTES + " bytes"));
        } else {
            whole.onNext(parts);
        }
    }

    @Override
    public void onError(Throwable failure) {
        whole.onError(failure);
    }

    @Override
    public void onComplete() {
        whole.onComplete();
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return whole.getBody();
    }
}
