package io.patchbay.api.transfer;

import io.patchbay.api.document.Document;
import io.patchbay.api.feed.Position;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** A collection as it stood at one position. Used by one thread, which may have to wait; closed by the caller, always. */
@ProviderType
public interface Export extends AutoCloseable {
    /** What every document is as of. */
    Position position();

    /**
     * The next documents, ascending by id; empty at the end.
     *
     * @throws io.patchbay.api.PatchbayException LIMIT_EXCEEDED if more was changed meanwhile than can be remembered; HISTORY_GONE if another history came; STORE_UNAVAILABLE
     */
    default List<Document> next() {
        return next(() -> {});
    }

    /** As {@link #next()}; tells {@code onNothing}, on this thread, whenever it has looked at many documents and none was wanted. */
    List<Document> next(Runnable onNothing);

    @Override
    void close();
}
