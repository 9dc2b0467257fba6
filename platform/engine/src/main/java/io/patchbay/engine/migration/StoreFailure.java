package io.patchbay.engine.migration;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.engine.store.Binding;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whatever an adapter throws, as the reason for which a job ended. */
final class StoreFailure {
    private static final Logger LOG = LoggerFactory.getLogger(StoreFailure.class);

    private StoreFailure() {}

    static PatchbayException of(Binding binding, Throwable e) {
        if (e instanceof PatchbayException known) {
            return known;
        }
        LOG.warn("The store {} failed", binding, e);
        return new PatchbayException(
                ErrorCode.STORE_UNAVAILABLE,
                "The store in " + binding.adapter() + " failed: " + e + "; nothing was switched.",
                e);
    }
}
