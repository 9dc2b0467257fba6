package io.patchbay.engine.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentScan;
import io.patchbay.api.document.StoreQuery;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.SortField;
import io.patchbay.engine.access.Visibility;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScanLimitTest {
    private static final DocumentScan INDEXED = new DocumentScan() {
        @Override
        public @Nullable StoredDocument next() {
            return null;
        }

        @Override
        public Optional<Expression> residual() {
            return Optional.empty();
        }

        @Override
        public boolean ordered() {
            return true;
        }

        @Override
        public boolean indexed() {
            return true;
        }

        @Override
        public void close() {}
    };

    private final AtomicLong nanos = new AtomicLong();
    private final StoreQuery query =
            new StoreQuery(20, Optional.empty(), SortField.parseAll("price"), Optional.empty(), 10);
    private final ScanLimit limit = new ScanLimit(INDEXED, query, Visibility.ALL, nanos::get);

    @Test
    void aQueryEndsWhenItsTimeIsOverWhateverItLooksAt() {
        nanos.set(Limits.REQUEST.toNanos());
        limit.count();
        nanos.incrementAndGet();
        assertThatThrownBy(limit::count)
                .isInstanceOfSatisfying(
                        PatchbayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_NEEDS_INDEX))
                .hasMessageContaining("30 s")
                .hasMessageContaining("price");
    }
}
