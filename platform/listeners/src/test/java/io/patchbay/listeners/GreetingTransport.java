package io.patchbay.listeners;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.patchbay.api.http.Arrival;
import io.patchbay.api.http.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Writes one letter and the name of the protocol, if there is one, and closes. */
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
            connection.write(ByteBuffer.wrap((letter + arrival.protocol().orElse("")).getBytes(US_ASCII)));
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
