package io.patchbay.listeners;

import io.patchbay.api.http.Arrival;
import io.patchbay.api.http.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Writes one letter and closes. */
final class GreetingTransport implements Transport {
    private final char letter;

    GreetingTransport(char letter) {
        this.letter = letter;
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public void accept(Arrival arrival) {
        try (SocketChannel connection = arrival.channel()) {
            connection.write(ByteBuffer.wrap(new byte[] {(byte) letter}));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int connections() {
        return 0;
    }

    @Override
    public CompletionStage<Void> drain() {
        return CompletableFuture.completedFuture(null);
    }
}
