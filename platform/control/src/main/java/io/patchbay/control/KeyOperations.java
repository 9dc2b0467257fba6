package io.patchbay.control;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.crypto.KeyringStatus;
import io.patchbay.api.crypto.Keys;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.migration.Stores;
import io.patchbay.api.plugin.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The keys that seal the home. */
final class KeyOperations {
    private final NodeServices services;

    KeyOperations(NodeServices services) {
        this.services = services;
    }

    Map<String, ControlOperation> all() {
        return Map.of("keys.status", this::status, "keys.rotate", this::rotate);
    }

    private <T> T with(Function<Keys, T> work) {
        return services.with(Keys.class, "keyring", work);
    }

    private Value status(Fields fields, ControlOperation.Messages messages) {
        fields.done();
        KeyringStatus status = with(Keys::status);
        return Value.struct(
                "masterKey", Value.of(status.masterKey()),
                "masterId", Value.of(status.masterId()),
                "dataKey", Value.of(status.dataKey()),
                "dataKeyMadeAt", Value.of(status.dataKeyMadeAt().toString()),
                "dataKeys", Value.of(status.dataKeys()),
                "secrets", Value.of(status.secrets()));
    }

    /** The master key first: what is sealed under it then is sealed with new keys alone. */
    private Value rotate(Fields fields, ControlOperation.Messages messages) throws IOException {
        boolean master = fields.findBool("master").orElse(false);
        boolean data = fields.findBool("data").orElse(false);
        Optional<Path> next = fields.findText("to").map(Path::of);
        fields.done();
        if (data) {
            requireNoFollower();
        }
        Map<String, Value> done = new LinkedHashMap<>();
        if (master) {
            done.put("masterId", Value.of(with(keys -> keys.rotateMaster(next))));
        }
        if (data) {
            done.put("secrets", Value.of(with(Keys::rotateData)));
            done.put("stores", Value.texts(sealStoresAnew(messages)));
        }
        return new Value.Struct(done);
    }

    private <T> T withStores(Function<Stores, T> work) {
        return services.with(Stores.class, "stores", work);
    }

    /** Before anything is changed: it would keep the old key needed. */
    private void requireNoFollower() {
        for (StoreInfo store : withStores(Stores::list)) {
            if (store.follower().isPresent()) {
                throw new PatchbayException(
                        ErrorCode.CONFLICT,
                        "A store follows the " + store.name() + ", in "
                                + store.follower().get()
                                + ": drop it first, patchbay store drop " + store.name()
                                + ". Nothing was changed.");
            }
        }
    }

    /** @return what each job has said */
    private List<String> sealStoresAnew(ControlOperation.Messages messages) throws IOException {
        List<String> told = new ArrayList<>();
        for (StoreInfo store : withStores(Stores::list)) {
            Optional<Job> job = withStores(stores -> stores.sealAnew(store.name()));
            if (job.isPresent()) {
                JobProgress.follow(job.get(), messages);
                job.get().result().ifPresent(told::add);
            }
        }
        return told;
    }
}
