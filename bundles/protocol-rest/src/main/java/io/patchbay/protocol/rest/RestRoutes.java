package io.patchbay.protocol.rest;

import io.patchbay.api.Limits;
import io.patchbay.api.auth.Accounts;
import io.patchbay.api.auth.Logins;
import io.patchbay.api.document.Rules;
import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.HttpRoute;
import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.metrics.Refusals;
import io.patchbay.api.migration.Stores;
import io.patchbay.api.plugin.Jobs;
import io.patchbay.api.plugin.NodeStatus;
import io.patchbay.api.plugin.Plugins;
import io.patchbay.api.plugin.Providers;
import io.patchbay.api.protocol.LiveSessions;
import io.patchbay.api.protocol.Sessions;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.log.LogReaderService;

/** Every route of REST: the table of contents. What each takes and gives stands in {@code openapi.json}. */
@Component(service = HttpRoute.class, property = Providers.NAME + "=rest")
public final class RestRoutes implements HttpRoute {
    private static final String API = "/api/v1";
    private static final String COLLECTION = API + "/collections/{c}";
    private static final String DOCUMENT = COLLECTION + "/documents/{id}";
    private static final String BUCKET = API + "/kv/{bucket}";
    private static final String KEY = BUCKET + "/{key*}";
    private static final String PUT_KEY = "PUT " + KEY;
    private static final String BATCH = "POST " + BUCKET + "/batch";
    private static final String PLUGIN = API + "/plugins/{name}";
    private static final String INSTALL = "POST " + API + "/plugins";
    private static final String UPDATE = "POST " + PLUGIN + "/update";
    private static final String STORE = API + "/stores/{name}";
    private static final String USER = API + "/users/{name}";

    private final OperatorThreads operators = new OperatorThreads();
    private final EventStreams streams;
    private final RouteTable table;
    private final LogRoutes log;

    @Activate
    public RestRoutes(
            @Reference Sessions sessions,
            @Reference LiveSessions liveSessions,
            @Reference Metrics metrics,
            @Reference Logins logins,
            @Reference Accounts accounts,
            @Reference Plugins plugins,
            @Reference Stores stores,
            @Reference Jobs jobs,
            @Reference Rules rules,
            @Reference Providers providers,
            @Reference NodeStatus status,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL) @Nullable LogReaderService log) {
        Clock clock = Clock.systemUTC();
        Callers callers = new Callers(logins, sessions);
        streams = new EventStreams(metrics, clock, EventLimits.waitingBytes());
        table = new RouteTable(callers, new Refusals(metrics, "rest"));
        metrics.whenAsked(this::show);
        node(new NodeRoutes(logins, stores));
        operation(new StatusRoutes(status, operators));
        this.log = new LogRoutes(log == null ? SilentLog.INSTANCE : log, logins, status);
        log(this.log);
        auth(new AuthRoutes(logins, accounts));
        collections(new CollectionRoutes());
        documents(new DocumentRoutes());
        events(new EventRoutes(liveSessions, logins, callers, streams, clock));
        keyValues(new KeyValueRoutes(liveSessions, callers, streams, clock));
        plugins(new PluginRoutes(plugins, operators));
        stores(new StoreRoutes(stores, providers, operators));
        jobs(new JobRoutes(jobs));
        users(new UserRoutes(accounts));
        rules(new RuleRoutes(rules, operators));
    }

    private void show(Metrics metrics) {
        LimitGauges.show(metrics, "rest", "rest_operator_queue", OperatorThreads.QUEUED);
        LimitGauges.show(metrics, "events", EventLimits.class);
        metrics.gauge(
                "patchbay_rest_operator_queue", "Operations on plugins and stores that wait.", operators::waiting);
    }

    private void node(NodeRoutes node) {
        table.open("GET /health", node::health);
        table.open("GET /ready", node::ready);
        table.open("GET /.well-known/jwks.json", node::jwks);
        table.open("GET /openapi.json", node::openApi);
    }

    private void operation(StatusRoutes status) {
        table.admin("GET " + API + "/node", status::node);
        table.admin("GET " + API + "/components", status::components);
    }

    private void log(LogRoutes lines) {
        table.admin("GET " + API + "/log", lines::list, "level", "limit");
        table.admin("GET " + API + "/log/events", lines::follow, "level");
    }

    private void auth(AuthRoutes auth) {
        table.open("POST " + API + "/auth/login", auth::login);
        table.open("POST " + API + "/auth/refresh", auth::refresh);
        table.open("POST " + API + "/auth/logout", auth::logout);
        table.open("GET " + API + "/auth/methods", auth::methods);
        table.open("POST " + API + "/auth/setup", auth::setup);
        table.open("POST " + API + "/auth/setup/check", auth::checkSetup);
    }

    private void collections(CollectionRoutes collections) {
        table.admin("GET " + API + "/collections", collections::list);
        table.admin("POST " + API + "/collections", collections::create);
        table.admin("GET " + COLLECTION, collections::get);
        table.admin("PUT " + COLLECTION, collections::update);
        table.admin("DELETE " + COLLECTION, collections::delete);
    }

    private void documents(DocumentRoutes documents) {
        table.session("GET " + COLLECTION + "/documents", documents::list, "filter", "sort", "limit", "cursor");
        table.session("POST " + COLLECTION + "/documents", documents::create);
        table.session("GET " + DOCUMENT, documents::get);
        table.session("PUT " + DOCUMENT, documents::put);
        table.session("PATCH " + DOCUMENT, documents::patch);
        table.session("DELETE " + DOCUMENT, documents::delete);
        table.session("POST " + API + "/transactions", documents::transaction);
        table.session("GET " + API + "/changes", documents::changes, "since", "limit");
    }

    private void events(EventRoutes events) {
        table.ticket("GET " + API + "/events", events::open, "collection", "filter", "mode", "since", "ticket");
        table.session("POST " + API + "/events/tickets", events::ticket);
        table.withoutBody("POST " + API + "/events/tickets");
    }

    private void keyValues(KeyValueRoutes kv) {
        table.admin("GET " + API + "/kv", kv::buckets);
        table.admin("PUT " + BUCKET, kv::define);
        table.admin("DELETE " + BUCKET, kv::drop);
        table.session("GET " + BUCKET, kv::list, "prefix", "start", "end", "limit", "cursor", "values");
        table.session(BATCH, kv::batch);
        table.session("GET " + KEY, kv::get);
        table.session(PUT_KEY, kv::put, "ttl", "expiresAt");
        table.session("DELETE " + KEY, kv::delete);
        table.ticket("GET " + API + "/events/kv", kv::watch, "bucket", "prefix", "ticket");
    }

    private void plugins(PluginRoutes plugins) {
        table.admin("GET " + API + "/plugins", plugins::list);
        table.admin(INSTALL, plugins::install, PluginRoutes.DRY_RUN, PluginRoutes.FILE_NAME, PluginRoutes.RECONNECT);
        table.admin("GET " + PLUGIN, plugins::get);
        table.admin("DELETE " + PLUGIN, plugins::uninstall, "dryRun");
        table.admin(UPDATE, plugins::update, PluginRoutes.DRY_RUN, PluginRoutes.FILE_NAME, PluginRoutes.RECONNECT);
        table.admin("POST " + PLUGIN + "/start", plugins::start, "dryRun");
        table.admin("POST " + PLUGIN + "/stop", plugins::stop, "dryRun");
        table.admin("POST " + PLUGIN + "/rollback", plugins::rollBack, "dryRun");
        table.withoutBody("POST " + PLUGIN + "/start", "POST " + PLUGIN + "/stop", "POST " + PLUGIN + "/rollback");
        table.admin("POST " + API + "/plugin-plans/apply", plugins::apply);
        table.admin("GET " + API + "/plugin-receipts", plugins::receipts);
        table.admin("POST " + API + "/plugin-receipts/collect", plugins::collect);
        table.withoutBody("POST " + API + "/plugin-receipts/collect");
    }

    private void stores(StoreRoutes stores) {
        table.admin("GET " + API + "/stores", stores::list);
        table.admin("POST " + STORE + "/swap", stores::swap);
        table.admin("POST " + STORE + "/rollback", stores::rollBack);
        table.admin("POST " + STORE + "/drop", stores::drop);
        table.admin("POST " + STORE + "/verify", stores::verify, "against");
        table.admin("GET " + STORE + "/verification", stores::verification, "limit", "cursor");
        table.withoutBody("POST " + STORE + "/rollback", "POST " + STORE + "/drop", "POST " + STORE + "/verify");
    }

    private void jobs(JobRoutes jobs) {
        table.admin("GET " + API + "/jobs", jobs::list);
        table.admin("GET " + API + "/jobs/{id}", jobs::get);
        table.admin("DELETE " + API + "/jobs/{id}", jobs::cancel);
    }

    private void users(UserRoutes users) {
        table.admin("GET " + API + "/users", users::list);
        table.admin("POST " + API + "/users", users::create);
        table.admin("GET " + USER, users::get);
        table.admin("PATCH " + USER, users::change);
        table.admin("DELETE " + USER, users::delete);
    }

    private void rules(RuleRoutes rules) {
        table.admin("POST " + API + "/rules/check", rules::check);
        table.admin("POST " + API + "/rules/test", rules::test);
    }

    @Override
    public List<String> patterns() {
        return table.patterns();
    }

    @Override
    public long bodyLimit(String pattern) {
        return switch (pattern) {
            case INSTALL, UPDATE -> Limits.PLUGIN_BYTES;
            // A batch is base64, which makes its values longer by a third.
            case PUT_KEY, BATCH -> Limits.KEY_VALUE_BYTES;
            default -> Limits.FRAME_BYTES;
        };
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        return table.handle(request);
    }

    RouteTable table() {
        return table;
    }

    @Deactivate
    public void close() {
        log.close();
        streams.close();
        operators.close();
    }
}
