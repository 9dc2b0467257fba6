package io.patchbay.api.migration;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a comparison of two stores, row by row, has found.
 *
 * @param job whose result it is
 * @param serving the adapter of the store that serves
 * @param other the adapter of the store it was compared with
 * @param position that both had passed when the comparison ended
 * @param ended when
 * @param took from the first row to the last
 * @param rows that were compared
 * @param differences how many rows are not alike
 * @param listed the differences that were asked for, in the order in which they were found
 */
public record StoreVerification(
        String job,
        String serving,
        String other,
        String position,
        Instant ended,
        Duration took,
        long rows,
        long differences,
        List<StoreDifference> listed) {
    public StoreVerification {
        listed = List.copyOf(listed);
    }
}
