package io.patchbay.cli.transfer;

import java.util.Optional;

/** One row of a file, with the line in which it begins; lines count from 1. */
public sealed interface Row {
    long line();

    /**
     * A row that can become a document.
     *
     * @param id what the row says; empty if it says none
     * @param data deterministic CBOR of a map
     */
    record Readable(long line, Optional<String> id, byte[] data) implements Row {}

    /** @param why a sentence, which names the column or the field where there is one */
    record Bad(long line, String why) implements Row {}
}
