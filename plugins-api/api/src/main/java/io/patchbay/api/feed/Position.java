package io.patchbay.api.feed;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;

/** A place in a store's total order, the same everywhere: {@code epoch:offset}. Opaque to clients. */
public record Position(String epoch, long offset) {
    /** @throws PatchbayException POSITION_INVALID */
    public static Position parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon > 0 && text.length() <= 64) {
            try {
                long offset = Long.parseLong(text.substring(colon + 1));
                if (offset >= 0) {
                    return new Position(text.substring(0, colon), offset);
                }
            } catch (NumberFormatException e) {
                // Answered below, as every other malformed position.
            }
        }
        throw new PatchbayException(
                ErrorCode.POSITION_INVALID, "That is no position; use one that an earlier answer gave.");
    }

    @Override
    public String toString() {
        return epoch + ":" + offset;
    }
}
