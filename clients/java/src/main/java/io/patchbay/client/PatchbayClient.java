package io.patchbay.client;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.document.Operation;
import io.patchbay.api.document.Value;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of one node. It keeps one connection, reconnects by itself, logs in again and resumes every subscription where it was. A call that was under way when the connection ended is sent again:
 * reads as they are, writes under their idempotency key, so none is carried out twice.
 *
 * <pre>{@code
 * try (PatchbayClient client = PatchbayClient.of(URI.create("http://127.0.0.1:7420"))) {
 *     client.login("ann", password).join();
 *     DocumentCollection cities = client.collection("cities");
 *     cities.put("lyon", Value.struct("population", Value.of(522_250))).join();
 * }
 * }</pre>
 *
 * <p>Any thread; no method waits. Futures complete, and listeners are called, on threads of their own ({@link ClientOptions#executor}), never on the one that serves the connection: application
 * code may block there, and may call the client. A listener is called one call at a time. {@link ClientLimits} names what is bounded.
 */
public final class PatchbayClient implements AutoCloseable {
    /** Threads for the application's code; one that waits for a future of the client lets another take its place. */
    private static final int CALLBACK_THREADS = 8;

    private final Loop loop = new Loop();
    private final Executor threads;
    private final Optional<ExecutorService> ownThreads;
    private final Login login;
    private final Calls calls;
    private final Subscriptions subscriptions;
    private final Link link;
    private volatile boolean closed;

    /** Makes what opens a client's connections, each of which tells its end to what it is given. */
    private interface OpenerMaker {
        Function<BiConsumer<Connection, String>, CompletableFuture<Connection>> make(
                Loop loop, Consumer<Message.Event> events);
    }

    private PatchbayClient(ClientOptions options, OpenerMaker maker) {
        ownThreads = options.executor().isPresent() ? Optional.empty() : Optional.of(callbackThreads());
        threads = options.executor().orElseGet(() -> ownThreads.orElseThrow());
        Serial notices = new Serial(threads);
        login = new Login(
                loop, tokens -> notices.execute(() -> options.onTokens().accept(tokens)));
        Calls.Backend backend = new Backend();
        calls = new Calls(loop, options, backend);
        subscriptions = new Subscriptions(loop, calls, backend);
        link = new Link(
                loop,
                new Life(status -> notices.execute(() -> options.onStatus().accept(status))),
                maker.make(loop, subscriptions::receive));
    }

    /** Connects at the first call. */
    public static PatchbayClient of(URI node) {
        return of(ClientOptions.of(node));
    }

    public static PatchbayClient of(ClientOptions options) {
        // The node speaks HTTP/1.1; without this each connection would ask for an upgrade first.
        HttpClient.Builder http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(options.requestTimeout());
        options.tls().ifPresent(http::sslContext);
        HttpClient built = http.build();
        return new PatchbayClient(options, (loop, events) -> new Way(built, loop, options, events)::open);
    }

    /** @param opener of the wires to a node */
    static PatchbayClient over(Function<Loop, Wire.Opener> opener, ClientOptions options) {
        return new PatchbayClient(options, (loop, events) -> {
            Wire.Opener wires = opener.apply(loop);
            return ended -> WireConnection.open(wires, loop, options, events, ended);
        });
    }

    /** Logs in with a password; from now on the login is renewed by itself until {@link #logout} or {@link #close}. */
    public CompletableFuture<User> login(String identifier, String password) {
        return loginBy("password", Map.of("identifier", identifier, "password", password));
    }

    /** As {@link #loginBy(String, Map, Function)}, for a method of one step: LOGIN_FAILED if the node asks for more. */
    public CompletableFuture<User> loginBy(String method, Map<String, String> fields) {
        return loginBy(
                method,
                fields,
                challenge -> CompletableFuture.failedFuture(
                        new ClientException(ErrorCode.LOGIN_FAILED, "The node asks for more: " + challenge.message())));
    }

    /**
     * Logs in by any method of the node.
     *
     * @param fields what the method asks for first
     * @param answer asked whenever the node wants more, such as a code, on a thread of the application; gives a text for each field. Its failure ends the login, and is that of the call
     */
    public CompletableFuture<User> loginBy(
            String method,
            Map<String, String> fields,
            Function<LoginChallenge, ? extends CompletionStage<Map<String, String>>> answer) {
        return logInStep(texts(fields).with("method", Value.of(method)), answer);
    }

    private CompletableFuture<User> logInStep(
            Value.Struct fields, Function<LoginChallenge, ? extends CompletionStage<Map<String, String>>> answer) {
        return call("login", () -> fields, ok -> {
                    Optional<LoginChallenge> more = read(ok, Answers::challenge);
                    if (more.isEmpty()) {
                        login.keep(read(ok, Answers::tokens), calls);
                    }
                    return ok;
                })
                .thenCompose(ok -> Answers.challenge(ok)
                        .map(challenge -> answer.apply(challenge)
                                .toCompletableFuture()
                                .thenCompose(texts -> logInStep(
                                        Value.struct(
                                                "login",
                                                Value.of(ok.findText("login").orElse("")),
                                                "answers",
                                                texts(texts)),
                                        answer)))
                        .orElseGet(() -> CompletableFuture.completedFuture(Answers.user(ok))));
    }

    private static Value.Struct texts(Map<String, String> texts) {
        Value.Struct struct = Value.Struct.EMPTY;
        for (Map.Entry<String, String> text : texts.entrySet()) {
            struct = struct.with(text.getKey(), Value.of(text.getValue()));
        }
        return struct;
    }

    /** Goes on with the refresh token of an earlier login. It is traded at once, so keep those of {@link ClientOptions#onTokens} from now on. */
    public CompletableFuture<User> loginWithRefreshToken(String refreshToken) {
        return call("refresh", () -> Value.struct("refreshToken", Value.of(refreshToken)), ok -> {
            login.keep(read(ok, Answers::tokens), calls);
            return Answers.user(ok);
        });
    }

    /** Ends the login; the node closes the connection, and what goes on is a stranger's. */
    public CompletableFuture<Void> logout() {
        return onLoop(() -> {
            Optional<Tokens> tokens = login.tokens();
            login.forget();
            if (tokens.isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            String refreshToken = tokens.get().refreshToken();
            return calls.call(Request.of("logout", Value.struct("refreshToken", Value.of(refreshToken))))
                    .thenApply(ok -> null);
        });
    }

    /** Those of the login, if there is one; they change. */
    public Optional<Tokens> tokens() {
        return login.tokens();
    }

    /** Asks nobody: the node says at the first call whether there is such a collection. */
    public DocumentCollection collection(String name) {
        return new DocumentCollection(this, name);
    }

    /** All or nothing, under an idempotency key. The node refuses an operation's precondition where it has no meaning. */
    public CompletableFuture<TransactionOutcome> transaction(List<Operation> operations) {
        return call("transaction", () -> OperationFields.transaction(operations), Answers::transaction);
    }

    /**
     * Ends the wait before the next try to connect, which grows to 30 s while the node is away: for an application that learns that the node is back, or the network. Does nothing where there is a
     * connection. Does not wait.
     */
    public void reconnectNow() {
        loop.execute(link::hurry);
    }

    /** Ends the connection and every subscription; what waits fails with CLOSED. Does not wait; more often than once is no error. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        loop.execute(() -> {
            login.close();
            subscriptions.close();
            link.close();
            calls.close(ClientException.closed());
            loop.close();
            ownThreads.ifPresent(ExecutorService::shutdown);
        });
    }

    /** @param fields made by the caller's thread, which also encodes them */
    <R> CompletableFuture<R> call(String op, Supplier<Value.Struct> fields, Function<Value.Struct, R> reader) {
        Request request;
        try {
            request = Request.of(op, fields.get());
        } catch (ClientException e) {
            return CompletableFuture.failedFuture(e);
        }
        return onLoop(() -> calls.call(request).thenApply(ok -> read(ok, reader)));
    }

    CompletableFuture<Subscription> watch(String collection, Interest interest, WatchListener listener) {
        return subscribe(number -> new WatchSubscription(number, collection, interest, listener, new Serial(threads)));
    }

    CompletableFuture<Subscription> changes(String collection, Interest interest, ChangesListener listener) {
        return subscribe(number ->
                new ChangesSubscription(number, collection, interest, listener, new Serial(threads), subscriptions));
    }

    private CompletableFuture<Subscription> subscribe(LongFunction<LiveSubscription> maker) {
        return onLoop(() -> subscriptions.add(maker));
    }

    private static <R> R read(Value.Struct ok, Function<Value.Struct, R> reader) {
        try {
            return reader.apply(ok);
        } catch (ClientException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ClientException(
                    ErrorCode.MALFORMED, "The node's answer is not of this protocol: " + e.getMessage());
        }
    }

    /** Begins {@code work} on the client's thread; the future that the caller gets completes on the application's. */
    private <R> CompletableFuture<R> onLoop(Supplier<CompletableFuture<R>> work) {
        CompletableFuture<R> result = new CompletableFuture<>();
        boolean begun = loop.execute(() -> begin(work)
                .whenComplete((done, failure) -> onApplicationThread(() -> complete(result, done, failure))));
        if (!begun) {
            result.completeExceptionally(ClientException.closed());
        }
        return result;
    }

    private <R> CompletableFuture<R> begin(Supplier<CompletableFuture<R>> work) {
        return closed ? CompletableFuture.failedFuture(ClientException.closed()) : work.get();
    }

    private static <R> void complete(CompletableFuture<R> result, R done, @Nullable Throwable failure) {
        if (failure == null) {
            result.complete(done);
        } else {
            result.completeExceptionally(Link.cause(failure));
        }
    }

    private void onApplicationThread(Runnable work) {
        try {
            threads.execute(work);
        } catch (RejectedExecutionException theirsIsClosed) {
            // Nobody may wait for ever.
            work.run();
        }
    }

    private static ExecutorService callbackThreads() {
        return new ForkJoinPool(
                CALLBACK_THREADS,
                pool -> {
                    ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
                    thread.setName("patchbay-callback");
                    return thread;
                },
                null,
                true);
    }

    private final class Backend implements Calls.Backend {
        @Override
        public @Nullable Connection live() {
            return link.live();
        }

        @Override
        public void want() {
            link.want();
        }

        @Override
        public CompletableFuture<Void> renew() {
            return login.renew(calls);
        }
    }

    private final class Life implements Link.Life {
        private final Consumer<Status> onStatus;

        Life(Consumer<Status> onStatus) {
            this.onStatus = onStatus;
        }

        @Override
        public CompletableFuture<Void> greet(Connection connection) {
            return login.greet(connection, calls).thenCompose(done -> subscriptions.resumeAll(connection));
        }

        @Override
        public boolean wanted() {
            return calls.areLeft() || subscriptions.areLeft();
        }

        @Override
        public void onLive() {
            calls.pump();
        }

        @Override
        public void onRefused(ClientException reason) {
            login.forget();
            subscriptions.endAll(reason);
            calls.failWaiting(reason);
        }

        @Override
        public void onStatus(Status status) {
            onStatus.accept(status);
        }
    }
}
