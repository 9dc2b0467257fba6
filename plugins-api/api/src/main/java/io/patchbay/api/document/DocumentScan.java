package io.patchbay.api.document;

import io.patchbay.api.query.Expression;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/** The documents that answer a {@link StoreQuery}, one by one. Used by one thread; closed by the caller, always. */
@ConsumerType
public interface DocumentScan extends AutoCloseable {
    /** What of the filter the store did not check: the caller must. Empty if every document here matches. */
    Optional<Expression> residual();

    /** Whether the documents come in the query's order and start behind its {@code after}; if not, the caller sorts and skips. */
    boolean ordered();

    /** Whether an index or the id narrows what is read; if not, the caller limits how many documents it looks at. */
    boolean indexed();

    /**
     * The next document; null at the end. May wait for the disk.
     *
     * @throws io.patchbay.api.PatchbayException STORE_UNAVAILABLE if the medium fails
     */
    @Nullable
    StoredDocument next();

    @Override
    void close();
}
