package io.patchbay.store.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.query.IndexPlan;
import io.patchbay.store.sqlite.IndexTables.Index;
import io.patchbay.store.sqlite.MemoryIndex.Edit;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the entries of a sealed store when it was opened, beside all else: it reads the documents in the order in which they lie in the file, unseals them, and makes their entries while the writer waits for a moment. An entry that was edited
 * since a page was read is right already and is passed over.
 */
final class Warming implements AutoCloseable {
    /** Documents that are read, unsealed and entered together. */
    private static final int PAGE = 1000;

    private static final int PAGE_BYTES = 8 << 20;
    /** Damaged documents that the log names; all are counted. */
    private static final int TOLD = 100;
    /** How long it may take without a word in the log. */
    private static final int TOLD_MS = 1000;
    /** Queries that wait at a time, and how long: the engine asks again. */
    private static final int WAITING = 2;

    private static final int WAIT_MS = 250;

    private static final String READ = "SELECT d.place, d.collection, " + DocumentTable.COLUMNS
            + " FROM document d WHERE d.place > ? ORDER BY d.place LIMIT " + PAGE;

    private static final Logger LOG = LoggerFactory.getLogger(Warming.class);

    private final DocumentTable documents;
    private final MemoryEntries entries;
    private final SqliteDocumentStore store;
    private final Semaphore waiting = new Semaphore(WAITING);
    private final CountDownLatch warm = new CountDownLatch(1);
    private volatile long read;
    // Where documents are that do not open.
    private final Set<Long> damaged = ConcurrentHashMap.newKeySet();

    private record Found(long place, StoredDocument document) {}

    Warming(DocumentTable documents, MemoryEntries entries, SqliteDocumentStore store) {
        this.documents = documents;
        this.entries = entries;
        this.store = store;
    }

    /** On a thread of its own; returns when all is there, or the store is closed. */
    void run() {
        long beganNanos = System.nanoTime();
        long[] place = {Long.MIN_VALUE};
        boolean[] more = {true};
        List<Index> indexes = new ArrayList<>();
        while (more[0]) {
            store.betweenWrites(() -> {
                entries.watchEdits();
                // One that is defined from here on knows nothing of the edits before.
                indexes.clear();
                store.keptIndexes().values().forEach(indexes::addAll);
            });
            List<Found> page = new ArrayList<>();
            more[0] = store.read(reader -> readPage(reader, place, page));
            store.betweenWrites(() -> enter(page, indexes, store.keptIndexes()));
            read += page.size();
        }
        store.betweenWrites(entries::ignoreEdits);
        warm.countDown();
        long tookMs = (System.nanoTime() - beganNanos) / 1_000_000;
        if (tookMs >= TOLD_MS) {
            LOG.info("The indexes of {} documents are in memory, after {} ms", read, tookMs);
        }
    }

    private boolean readPage(Database reader, long[] place, List<Found> page) throws SQLException {
        PreparedStatement next = reader.prepare(READ);
        next.setLong(1, place[0]);
        int rows = 0;
        long bytes = 0;
        try (ResultSet row = next.executeQuery()) {
            while (bytes < PAGE_BYTES && row.next()) {
                rows++;
                place[0] = row.getLong(1);
                try {
                    StoredDocument document = documents.read(row, 3, row.getLong(2));
                    bytes += document.body().length;
                    page.add(new Found(place[0], document));
                } catch (PatchbayException e) {
                    leaveOut(place[0], e);
                }
            }
        }
        return rows == PAGE || bytes >= PAGE_BYTES;
    }

    private void enter(List<Found> page, List<Index> watched, Map<Long, List<Index>> kept) throws SQLException {
        Map<Long, List<Index>> indexes = watched.stream()
                .filter(index ->
                        kept.getOrDefault(index.collection(), List.of()).contains(index))
                .collect(Collectors.groupingBy(Index::collection));
        Map<MemoryIndex, List<Edit>> found = new HashMap<>();
        for (Found one : page) {
            StoredDocument document = one.document();
            byte[] id = document.id().getBytes(UTF_8);
            byte[] idKey = MemoryEntries.idKey(document.collection(), id);
            add(found, entries.ids(), new Edit(idKey, MemoryEntries.NO_ID, true, one.place()));
            for (Index index : indexes.getOrDefault(document.collection(), List.of())) {
                byte[] key = IndexPlan.entryKey(index.definition(), document);
                add(found, entries.require(index.number()), new Edit(key, id, true, one.place()));
            }
        }
        entries.warm(found);
    }

    private void add(Map<MemoryIndex, List<Edit>> found, MemoryIndex index, Edit edit) {
        if (!entries.wasEdited(index, edit)) {
            found.computeIfAbsent(index, one -> new ArrayList<>()).add(edit);
        }
    }

    /** Any thread. */
    void leaveOut(long place, PatchbayException why) {
        if (damaged.add(place) && damaged.size() <= TOLD) {
            LOG.error("The document at place {} is left out of all lists: {}", place, why.getMessage());
        }
    }

    boolean isWarm() {
        return warm.getCount() == 0;
    }

    Optional<String> findFault() {
        return damaged.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        damaged.size()
                                + " documents are damaged: what is sealed for them does not open, so no list has them. The log says where the first are; a backup may have them whole.");
    }

    /**
     * For a while, and not too many at a time: whoever waits keeps a thread from others, who read by ids.
     *
     * @throws PatchbayException INDEX_WARMING if it takes longer
     */
    void awaitBriefly() {
        try {
            boolean admitted = waiting.tryAcquire();
            try {
                if (!admitted || !warm.await(WAIT_MS, TimeUnit.MILLISECONDS)) {
                    throw new PatchbayException(
                            ErrorCode.INDEX_WARMING,
                            "The indexes are being read into memory after the start (index warming, " + percent()
                                    + " %). Documents can be read by their ids meanwhile; try again in a moment.");
                }
            } finally {
                if (admitted) {
                    waiting.release();
                }
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        store.requireOpen();
    }

    private long percent() {
        return Math.min(
                99, 100 * read / Math.max(1, store.lastRow().state().totals().documents()));
    }

    /** As long as it takes. */
    void await() {
        try {
            warm.await();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        store.requireOpen();
    }

    private static PatchbayException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new PatchbayException(ErrorCode.CANCELLED, "Interrupted while the indexes are read.", e);
    }

    /** Whoever waits is told that the store is closed. */
    @Override
    public void close() {
        warm.countDown();
    }
}
