package io.patchbay.api.transfer;

import io.patchbay.api.document.Value;
import java.util.Optional;

/**
 * A row that becomes a document.
 *
 * @param id empty: the node chooses one
 */
public record ImportRow(Optional<String> id, Value.Struct data) {}
