package io.patchbay.engine.plane;

import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Document;
import io.patchbay.api.document.ListRequest;
import io.patchbay.api.document.Page;
import io.patchbay.api.document.TransactionRequest;
import io.patchbay.api.document.TransactionResult;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.plugin.Providers;
import io.patchbay.api.protocol.LiveSession;
import io.patchbay.api.protocol.LiveSessions;
import io.patchbay.api.protocol.Session;
import io.patchbay.api.protocol.Sessions;
import io.patchbay.api.protocol.SubscriptionListener;
import io.patchbay.engine.collections.Catalog;
import io.patchbay.engine.collections.CollectionAdmin;
import io.patchbay.engine.collections.IndexKeeper;
import io.patchbay.engine.collections.SystemChange;
import io.patchbay.engine.collections.SystemCollection;
import io.patchbay.engine.collections.SystemDocuments;
import io.patchbay.engine.collections.SystemWatchers;
import io.patchbay.engine.commit.Committer;
import io.patchbay.engine.documents.ChangePages;
import io.patchbay.engine.documents.DocumentQueries;
import io.patchbay.engine.documents.DocumentReads;
import io.patchbay.engine.documents.DocumentWrites;
import io.patchbay.engine.documents.ParsedFilters;
import io.patchbay.engine.documents.Readers;
import io.patchbay.engine.documents.StoredSystemDocuments;
import io.patchbay.engine.feed.ChangeFeed;
import io.patchbay.engine.feed.FeedRetention;
import io.patchbay.engine.hooks.ChangeTelling;
import io.patchbay.engine.hooks.Hooks;
import io.patchbay.engine.keys.Sealing;
import io.patchbay.engine.keyvalue.KeyValuePlane;
import io.patchbay.engine.session.ClientSession;
import io.patchbay.engine.session.FanOut;
import io.patchbay.engine.session.ListenedSessions;
import io.patchbay.engine.session.SessionParts;
import io.patchbay.engine.store.StoreSealing;
import io.patchbay.engine.store.StoreSlot;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data plane of a node: it makes all its parts, starts them from the store upwards and stops them from the sessions downwards.
 *
 * <p>It is there before the store is: what is asked meanwhile waits, bounded.
 */
@Component(
        service = {DataPlane.class, Sessions.class, LiveSessions.class, SystemDocuments.class},
        configurationPid = "io.patchbay.engine",
        immediate = true)
public final class DataPlane implements Sessions, LiveSessions, SystemDocuments {
    private static final Logger LOG = LoggerFactory.getLogger(DataPlane.class);
    /** What serves the keys and values of a node that has none yet. */
    private static final String FIRST_KEY_VALUE_ADAPTER = "rocksdb";

    private static final Duration TRIM_EVERY = Duration.ofMinutes(1);

    private final Metrics metrics;
    private final StoreSealing sealing;
    private final StoreSlot slot;
    private final ChangeFeed feed;
    private final Catalog catalog = new Catalog();
    private final SystemWatchers watchers = new SystemWatchers();
    private final Committer committer;
    private final Readers readers;
    private final Hooks hooks;
    private final IndexKeeper indexes;
    private final CollectionAdmin collections;
    private final FanOut fanOut;
    private final FeedRetention retention;
    private final SystemDocuments systemDocuments;
    private final KeyValuePlane keyValues;
    private final SessionParts sessionParts;
    private final ListenedSessions listenedSessions;
    private final Gauges gauges;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "patchbay-feed-retention"));

    @Activate
    public DataPlane(
            BundleContext context,
            EngineConfig config,
            @Reference Providers providers,
            @Reference Metrics metrics,
            @Reference Sealing sealing) {
        this(
                providers,
                metrics,
                Path.of(String.valueOf(context.getProperty("patchbay.home"))).resolve("data"),
                config.documents_adapter(),
                new ConfiguredSealing(sealing, config.encryption_enabled()),
                Duration.ofMillis(config.feed_keepMs()),
                config.feed_keepBytes(),
                ChangeFeed.RECENT_TRANSACTIONS,
                Clock.systemUTC(),
                new FirstOpening(context));
    }

    /**
     * @param firstAdapter what serves the documents of a node that has none yet
     * @param recentTransactions how many transactions the feed has in memory
     */
    public DataPlane(
            Providers providers,
            Metrics metrics,
            Path dataFolder,
            String firstAdapter,
            StoreSealing sealing,
            Duration keep,
            long keepBytes,
            int recentTransactions,
            Clock clock) {
        this(
                providers,
                metrics,
                dataFolder,
                firstAdapter,
                sealing,
                keep,
                keepBytes,
                recentTransactions,
                clock,
                () -> {});
    }

    private DataPlane(
            Providers providers,
            Metrics metrics,
            Path dataFolder,
            String firstAdapter,
            StoreSealing sealing,
            Duration keep,
            long keepBytes,
            int recentTransactions,
            Clock clock,
            Runnable storeOpened) {
        this.metrics = metrics;
        this.sealing = sealing;
        slot = new StoreSlot(providers, dataFolder, firstAdapter, sealing);
        feed = new ChangeFeed(slot, recentTransactions, ChangeFeed.RECENT_BYTES);
        committer = new Committer(slot, feed, List.of(catalog, watchers), clock, metrics);
        readers = new Readers(Readers.defaultThreads());
        indexes = new IndexKeeper(slot, catalog);
        collections = new CollectionAdmin(catalog, committer, slot, indexes);
        DocumentQueries queries = new DocumentQueries(slot);
        ParsedFilters filters = new ParsedFilters();
        DocumentReads reads = new DocumentReads(queries, catalog, filters);
        hooks = new Hooks(providers, metrics, clock);
        DocumentWrites writes = new DocumentWrites(committer, catalog, slot, readers, hooks, clock);
        fanOut = new FanOut(feed, catalog, queries, readers, clock, metrics);
        systemDocuments = new StoredSystemDocuments(reads, writes, readers, watchers::watch);
        hooks.tell(new ChangeTelling(feed, catalog, systemDocuments));
        keyValues = new KeyValuePlane(providers, metrics, dataFolder, FIRST_KEY_VALUE_ADAPTER, sealing, clock);
        sessionParts = new SessionParts(
                catalog,
                collections,
                reads,
                writes,
                new ChangePages(feed, catalog),
                filters,
                readers,
                feed,
                fanOut,
                keyValues,
                clock);
        listenedSessions = new ListenedSessions(sessionParts);
        retention = new FeedRetention(
                slot, feed, work -> committer.exclusively(Limits.WRITER_WAIT, work), clock, keep, keepBytes);
        gauges = new Gauges(this, metrics);
        committer.start();
        slot.start(() -> onStoreOpened(storeOpened));
        timer.scheduleWithFixedDelay(this::trim, TRIM_EVERY.toMillis(), TRIM_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void onStoreOpened(Runnable storeOpened) {
        committer.follow();
        storeOpened.run();
        readers.supply(() -> {
            collections.finishDeletes();
            return true;
        });
    }

    private void trim() {
        try {
            retention.trim();
        } catch (PatchbayException e) {
            LOG.debug("The feed was not trimmed: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("The feed could not be trimmed", e);
        }
    }

    @Modified
    void configured(EngineConfig config) {
        if (sealing instanceof ConfiguredSealing configured) {
            configured.sealNew(config.encryption_enabled());
        }
        retention.configure(Duration.ofMillis(config.feed_keepMs()), config.feed_keepBytes());
    }

    @Override
    public Session open(Identity identity) {
        return new ClientSession(sessionParts, identity, null);
    }

    @Override
    public LiveSession open(Identity identity, SubscriptionListener listener) {
        return listenedSessions.open(identity, listener);
    }

    @Override
    public CompletionStage<Optional<Document>> find(SystemCollection collection, String id) {
        return systemDocuments.find(collection, id);
    }

    @Override
    public CompletionStage<Page> list(ListRequest request) {
        return systemDocuments.list(request);
    }

    @Override
    public CompletionStage<TransactionResult> commit(TransactionRequest request) {
        return systemDocuments.commit(request);
    }

    @Override
    public AutoCloseable watch(SystemCollection collection, Consumer<SystemChange> listener) {
        return systemDocuments.watch(collection, listener);
    }

    /** What a connection makes its session from. */
    public SessionParts sessionParts() {
        return sessionParts;
    }

    /** Sessions that listen without a connection. */
    public ListenedSessions listenedSessions() {
        return listenedSessions;
    }

    public Metrics metrics() {
        return metrics;
    }

    /** For migrations: opens stores beside the one that serves, and switches to them. */
    public StoreSlot slot() {
        return slot;
    }

    /** For migrations: pauses. */
    public Committer committer() {
        return committer;
    }

    /** For migrations and other readers of the log. */
    public ChangeFeed feed() {
        return feed;
    }

    public Catalog catalog() {
        return catalog;
    }

    public Readers readers() {
        return readers;
    }

    public KeyValuePlane keyValues() {
        return keyValues;
    }

    public Hooks hooks() {
        return hooks;
    }

    FeedRetention retention() {
        return retention;
    }

    public FanOut fanOut() {
        return fanOut;
    }

    /** Trims the feed now, as the timer does every minute. */
    public void trimFeed() {
        retention.trim();
    }

    @Deactivate
    public void stop() {
        timer.shutdownNow();
        fanOut.close();
        hooks.close();
        keyValues.close();
        committer.close();
        readers.close();
        indexes.close();
        watchers.close();
        slot.close();
        gauges.close();
    }
}
