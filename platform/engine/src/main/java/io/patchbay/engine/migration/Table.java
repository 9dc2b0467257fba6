package io.patchbay.engine.migration;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One of the tables that a store is made of, in the store that serves and in another, for a comparison. Every call may wait for the disk; any thread.
 *
 * @param <R> a row
 */
public interface Table<R> {
    /** Which of the two stores is asked. */
    enum Side {
        SERVING,
        OTHER
    }

    /** Such as {@code documents}. */
    String name();

    /** Rows, about, for the progress; 0 if unknown. */
    long about();

    /** The order of the rows' keys, the same in both stores. */
    int compareKeys(R left, R right);

    /** Rows in key order, behind {@code after}: {@code limit} at least, unless it is the end. */
    List<R> page(Side side, Optional<R> after, int limit);

    /** Whether the table does not grow while it is read, so that pages are asked for until one is empty: they may be short before. */
    default boolean isBounded() {
        return false;
    }

    /** What stands now under the key of {@code like}. */
    Optional<R> find(Side side, R like);

    /** What is not equal, by name; empty if they are alike. */
    List<String> differences(R serving, R other);

    /** The offset of the write that made the row, if it tells: then no two versions of a row have the same. */
    OptionalLong revision(R row);

    /** Whether one store may rightly have the row without the other, such as one that has expired. */
    boolean mayBeAlone(R row);

    /** The collection, or what else holds the row. */
    String collection(R row);

    String id(R row);

    /** In memory, about. */
    long bytes(R row);
}
