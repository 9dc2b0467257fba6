package io.patchbay.engine.migration.documents;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.document.StoreState;
import io.patchbay.api.feed.Position;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Providers;
import io.patchbay.engine.collections.Catalog;
import io.patchbay.engine.commit.Committer;
import io.patchbay.engine.commit.CommitterPause;
import io.patchbay.engine.feed.ChangeFeed;
import io.patchbay.engine.feed.FeedPin;
import io.patchbay.engine.migration.Replica;
import io.patchbay.engine.migration.SwappableStore;
import io.patchbay.engine.plane.DataPlane;
import io.patchbay.engine.store.Binding;
import io.patchbay.engine.store.OpenStore;
import io.patchbay.engine.store.StoreBindings;
import io.patchbay.engine.store.StoreSlot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The documents, as a kind of store that is swapped. */
@Component(service = SwappableStore.class)
public final class DocumentSwaps implements SwappableStore {
    public static final String DOCUMENTS = "documents";

    private final StoreSlot slot;
    private final Committer committer;
    private final ChangeFeed feed;
    private final Catalog catalog;
    private final Providers providers;

    @Activate
    public DocumentSwaps(@Reference DataPlane plane, @Reference Providers providers) {
        this.slot = plane.slot();
        this.committer = plane.committer();
        this.feed = plane.feed();
        this.catalog = plane.catalog();
        this.providers = providers;
    }

    static Standing standing(StoreState state) {
        return new Standing(
                state.epoch(),
                state.lastOffset(),
                state.totals().documents(),
                state.totals().checksum());
    }

    @Override
    public String name() {
        return DOCUMENTS;
    }

    @Override
    public String unit() {
        return DOCUMENTS;
    }

    @Override
    public List<String> adapters() {
        return providers.names(DocumentStoreFactory.class);
    }

    @Override
    public boolean seals(String adapter) {
        try (Lease<DocumentStoreFactory> lease = providers.acquire(DocumentStoreFactory.class, adapter)) {
            return lease.provider().seals();
        }
    }

    @Override
    public boolean sealsNew() {
        return slot.sealsNew();
    }

    @Override
    public String state() {
        return slot.state();
    }

    @Override
    public Optional<String> findFault() {
        return slot.findFault();
    }

    @Override
    public CompletionStage<StoreBindings> bound() {
        return slot.bound();
    }

    @Override
    public Optional<StoreBindings> findBindings() {
        return slot.findBindings();
    }

    @Override
    public void writeFollower(Optional<Binding> follower) {
        slot.writeFollower(follower);
    }

    @Override
    public Path folderOf(Binding binding) {
        return slot.folderOf(binding);
    }

    @Override
    public String newDirectory(String adapter) {
        return slot.newDirectory(adapter);
    }

    @Override
    public Optional<Standing> findStanding() {
        try {
            return slot.findOpen().map(open -> standing(open.store().state()));
        } catch (PatchbayException closedMeanwhile) {
            return Optional.empty();
        }
    }

    @Override
    public Position position() {
        return feed.position();
    }

    @Override
    public boolean started() {
        return feed.started();
    }

    @Override
    public AutoCloseable onPublish(Runnable listener) {
        return feed.onPublish(listener);
    }

    @Override
    public Pin pin(String name, long offset) {
        FeedPin pin = feed.pin(name, offset);
        return new Pin() {
            @Override
            public void moveTo(long readThrough) {
                pin.moveTo(readThrough);
            }

            @Override
            public void close() {
                pin.close();
            }
        };
    }

    @Override
    public Pause pause(Duration wait) {
        CommitterPause pause = committer.pause(wait);
        return new Pause() {
            @Override
            public Standing standing() {
                return DocumentSwaps.standing(pause.state());
            }

            @Override
            public void close() {
                pause.close();
            }
        };
    }

    @Override
    public Replica openBeside(Binding binding) {
        return beside(slot.openBeside(binding));
    }

    @Override
    public Optional<Replica> findBeside(Binding binding) {
        return slot.findBeside(binding).map(this::beside);
    }

    private DocumentReplica beside(OpenStore open) {
        try {
            return new DocumentReplica(slot, committer, feed, catalog, open);
        } catch (RuntimeException | Error e) {
            open.close();
            throw e;
        }
    }

    @Override
    public Replica switchTo(Replica replica, StoreBindings next) {
        DocumentReplica serves = (DocumentReplica) replica;
        // Made before, so that nothing can fail once the bindings are written: the store before stands level, as the
        // writers are held.
        DocumentReplica before = beside(slot.findOpen().orElseThrow());
        before.listen();
        try {
            slot.switchTo(serves.open(), next);
        } catch (RuntimeException | Error e) {
            before.stopListening();
            throw e;
        }
        serves.stopListening();
        return before;
    }
}
