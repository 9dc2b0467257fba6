package io.patchbay.engine.migration;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.migration.StoreVerification;
import io.patchbay.api.migration.Stores;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.Jobs;
import io.patchbay.engine.keys.Sealing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** The node's stores, whatever their kind, and what operators do with them. Any thread. */
@org.osgi.service.component.annotations.Component(
        service = {Stores.class, Component.class},
        immediate = true)
public final class NodeStores implements Stores, Component {
    private final Jobs jobs;
    private final Metrics metrics;
    private final Sealing sealing;
    private final Path dataFolder;
    private final Map<String, StoreSwaps> stores = new ConcurrentSkipListMap<>();

    @Activate
    public NodeStores(
            BundleContext context, @Reference Jobs jobs, @Reference Metrics metrics, @Reference Sealing sealing) {
        this(
                jobs,
                metrics,
                sealing,
                Path.of(String.valueOf(context.getProperty("patchbay.home"))).resolve("data"));
    }

    NodeStores(Jobs jobs, Metrics metrics, Sealing sealing, Path dataFolder) {
        this.jobs = jobs;
        this.metrics = metrics;
        this.sealing = sealing;
        this.dataFolder = dataFolder;
    }

    /** Every kind of store is one, from the moment it is there. */
    @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policy = ReferencePolicy.DYNAMIC)
    void add(SwappableStore store) {
        stores.put(store.name(), new StoreSwaps(store, jobs, metrics, sealing, dataFolder));
    }

    void remove(SwappableStore store) {
        StoreSwaps removed = stores.remove(store.name());
        if (removed != null) {
            removed.close();
        }
    }

    @Override
    public List<StoreInfo> list() {
        return stores.values().stream().map(StoreSwaps::describe).toList();
    }

    private StoreSwaps require(String store) {
        StoreSwaps found = stores.get(store);
        if (found == null) {
            throw new PatchbayException(
                    ErrorCode.NOT_FOUND,
                    "There is no store '" + store + "'; " + (stores.size() == 1 ? "there is: " : "there are: ")
                            + String.join(", ", stores.keySet()) + ".");
        }
        return found;
    }

    @Override
    public Job swap(String store, String adapter, Map<String, String> settings, boolean plaintext) {
        return require(store).swap(adapter, settings, plaintext);
    }

    @Override
    public Optional<Job> sealAnew(String store) {
        return require(store).sealAnew();
    }

    @Override
    public Job rollBack(String store) {
        return require(store).rollBack();
    }

    @Override
    public void drop(String store) {
        require(store).drop();
    }

    @Override
    public Job verify(String store, Optional<String> against) {
        return require(store).verify(against);
    }

    @Override
    public Optional<StoreVerification> findVerification(String store, long skip, int limit) {
        return require(store).findVerification(skip, limit);
    }

    @Override
    public ComponentState describe() {
        List<StoreInfo> infos = list();
        List<ComponentState> parts = new ArrayList<>();
        for (StoreInfo info : infos) {
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("adapter", info.adapter());
            facts.put(info.name(), String.valueOf(info.documents()));
            info.follower().ifPresent(adapter -> {
                facts.put("follower", adapter);
                facts.put("followerLag", String.valueOf(info.followerLag()));
            });
            info.fault().ifPresent(fault -> facts.put("fault", fault));
            parts.add(ComponentState.of("engine/stores/" + info.name(), info.state(), facts));
        }
        String state = infos.stream()
                .map(StoreInfo::state)
                .filter(each -> !each.equals("serving"))
                .findFirst()
                .orElse("serving");
        return new ComponentState("engine/stores", state, Map.of(), parts);
    }

    @Deactivate
    void stop() {
        stores.values().forEach(StoreSwaps::close);
        stores.clear();
    }
}
