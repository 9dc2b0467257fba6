package io.patchbay.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import javax.net.SocketFactory;

/** A client of the protocol {@code lines}: a plain socket, as {@code nc} has one. Any thread. */
final class LineClient implements AutoCloseable {
    private final Socket socket;
    private final Thread reader = new Thread(this::read, "line-client");
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, CompletableFuture<Value.Struct>> pending = new ConcurrentHashMap<>();
    private final List<Value.Struct> events = new ArrayList<>();
    private final Map<Long, Consumer<Value.Struct>> subscribers = new ConcurrentHashMap<>();
    private volatile String end = "";

    LineClient(int port) throws IOException {
        this(SocketFactory.getDefault(), port);
    }

    /** @param sockets of TLS, for a node that wants it */
    LineClient(SocketFactory sockets, int port) throws IOException {
        socket = sockets.createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        reader.setDaemon(true);
        reader.start();
    }

    /** @param fields names and values after each other */
    CompletableFuture<Value.Struct> ask(String op, Object... fields) {
        return ask(0, op, fields);
    }

    /** @param cut after how many bytes the rest comes in a packet of its own; 0 for one packet */
    synchronized CompletableFuture<Value.Struct> ask(int cut, String op, Object... fields) {
        long id = ids.incrementAndGet();
        Map<String, Value> request = new java.util.LinkedHashMap<>(Map.of("id", Value.of(id), "op", Value.of(op)));
        for (int i = 0; i < fields.length; i += 2) {
            request.put((String) fields[i], value(fields[i + 1]));
        }
        byte[] line = (new String(Json.encode(new Value.Struct(request)), UTF_8) + "\n").getBytes(UTF_8);
        CompletableFuture<Value.Struct> reply = new CompletableFuture<>();
        pending.put(id, reply);
        try {
            socket.getOutputStream().write(line, 0, Math.min(cut, line.length));
            socket.getOutputStream().write(line, Math.min(cut, line.length), line.length - Math.min(cut, line.length));
        } catch (IOException e) {
            reply.completeExceptionally(e);
        }
        return reply.orTimeout(30, TimeUnit.SECONDS);
    }

    private static Value value(Object plain) {
        if (plain instanceof Value value) {
            return value;
        }
        return plain instanceof Number number ? Value.of(number.longValue()) : Value.of((String) plain);
    }

    void login(String token) {
        ask("login", "token", token).join();
    }

    /** Subscribes; {@code events} hears everything from the first event on. */
    void subscribe(long number, Consumer<Value.Struct> events, String mode, Object... fields) {
        subscribers.put(number, events);
        List<Object> all = new ArrayList<>(List.of(fields));
        all.addAll(List.of("sub", number));
        ask(mode, all.toArray()).join();
    }

    /** All events so far that no subscriber of its own has heard, in the order in which they came. */
    List<Value.Struct> events() {
        synchronized (events) {
            return List.copyOf(events);
        }
    }

    int countEvents() {
        synchronized (events) {
            return events.size();
        }
    }

    /** Why the connection is at its end; empty while it is open. */
    String end() {
        return end;
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                take((Value.Struct) Json.decodeEnvelope(line.getBytes(UTF_8)));
            }
            end = "the node closed it";
        } catch (IOException | UncheckedIOException e) {
            end = e.toString();
        }
    }

    private void take(Value.Struct line) {
        if (line.fields().get("id") instanceof Value.Int id) {
            CompletableFuture<Value.Struct> reply = pending.remove(id.value());
            if (line.fields().get("ok") instanceof Value.Struct ok) {
                reply.complete(ok);
            } else {
                reply.completeExceptionally(new IllegalStateException(line.toString()));
            }
        } else {
            Consumer<Value.Struct> subscriber =
                    line.findInt("sub").map(subscribers::get).orElse(this::keep);
            subscriber.accept(line);
        }
    }

    private void keep(Value.Struct event) {
        synchronized (events) {
            events.add(event);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
