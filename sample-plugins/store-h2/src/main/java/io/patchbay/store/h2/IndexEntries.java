package io.patchbay.store.h2;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.IndexDefinition;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.IndexPlan;
import io.patchbay.api.query.SortField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.h2.mvstore.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * The indexes of all collections: an {@link Entry} per document in each.
 *
 * <p>From the moment an index is registered, every write keeps its entries; meanwhile the builder goes over the documents that were there before, in order of their ids. Where
 * both meet the same document they write the same entry. Queries use an index once it is complete. All of it under the writer's lock.
 */
final class IndexEntries {
    /** What a step of building reads, and a step of dropping deletes, at most. */
    private static final int STEP_DOCUMENTS = 256;

    private static final int STEP_BYTES = 4 << 20;
    private static final int STEP_ENTRIES = 4096;
    /** Below every id. */
    private static final byte[] FROM_START = Bytes.NONE;

    private final Maps maps;
    private List<Index> all;

    enum State {
        BUILDING,
        COMPLETE,
        DROPPED
    }

    /** @param builtThrough the key of the last document whose entry was made, while building */
    record Index(long number, long collection, IndexDefinition definition, State state, byte[] builtThrough) {
        Index with(State changed, byte[] through) {
            return new Index(number, collection, definition, changed, through);
        }
    }

    IndexEntries(Maps maps) {
        this.maps = maps;
        this.all = read();
    }

    /** As the map has them: at the start, and after a write was undone. */
    void reload() {
        all = read();
    }

    private List<Index> read() {
        List<Index> indexes = new ArrayList<>();
        for (Map.Entry<byte[], byte[]> entry : maps.indexes().entrySet()) {
            Value.Struct record = (Value.Struct) Cbor.decode(entry.getValue());
            List<SortField> fields = Stream.of(
                            record.findText("fields").orElseThrow().split(","))
                    .map(SortField::parse)
                    .toList();
            long collection = record.findInt("collection").orElseThrow();
            State state = State.valueOf(record.findText("state").orElseThrow());
            byte[] through = record.findText("builtThrough")
                    .map(id -> Records.documentKey(collection, id))
                    .orElse(FROM_START);
            indexes.add(
                    new Index(Bytes.number(entry.getKey()), collection, new IndexDefinition(fields), state, through));
        }
        return indexes;
    }

    private void write(Index index) {
        Value.Struct record = Value.struct(
                "collection",
                Value.of(index.collection()),
                "fields",
                Value.of(index.definition().toString()),
                "state",
                Value.of(index.state().name()));
        if (index.builtThrough().length > 0) {
            record = record.with(
                    "builtThrough", Value.of(new String(Bytes.from(index.builtThrough(), Long.BYTES), UTF_8)));
        }
        maps.indexes().put(Bytes.key(index.number(), Bytes.NONE), Cbor.encode(record));
    }

    List<Index> complete() {
        return all.stream().filter(index -> index.state() == State.COMPLETE).toList();
    }

    void replace(long collection, String id, Optional<StoredDocument> before, Optional<StoredDocument> after) {
        for (Index index : all) {
            if (index.collection() == collection && index.state() != State.DROPPED) {
                replace(index, id, before, after);
            }
        }
    }

    private void replace(Index index, String id, Optional<StoredDocument> before, Optional<StoredDocument> after) {
        byte @Nullable [] old = before.map(document -> IndexPlan.entryKey(index.definition(), document))
                .orElse(null);
        byte @Nullable [] key = after.map(document -> IndexPlan.entryKey(index.definition(), document))
                .orElse(null);
        if (old != null && key != null && Arrays.equals(old, key)) {
            return;
        }
        if (old != null) {
            maps.entries().remove(Entry.of(index.number(), old, id.getBytes(UTF_8)));
        }
        if (key != null) {
            put(index, key, id);
        }
    }

    private void put(Index index, byte[] key, String id) {
        maps.entries().put(Entry.of(index.number(), key, id.getBytes(UTF_8)), Bytes.NONE);
    }

    /** Registers what is missing and gives up what is no longer wanted; {@link #advance} does the rest. */
    void define(long collection, List<IndexDefinition> wanted) {
        List<Index> present = all.stream()
                .filter(index -> index.collection() == collection && index.state() != State.DROPPED)
                .toList();
        present.stream()
                .filter(index -> !wanted.contains(index.definition()))
                .forEach(index -> write(index.with(State.DROPPED, FROM_START)));
        List<IndexDefinition> defined = present.stream().map(Index::definition).toList();
        // A dropped index keeps its number until its last entry is gone, so none is used for two at a time.
        long number = all.stream().mapToLong(Index::number).max().orElse(0);
        for (IndexDefinition definition : wanted.stream().distinct().toList()) {
            if (!defined.contains(definition)) {
                write(new Index(++number, collection, definition, State.BUILDING, FROM_START));
            }
        }
        reload();
    }

    /** Takes one step of dropping or building an index. False if nothing is left to do. */
    boolean advance() {
        Optional<Index> unfinished =
                all.stream().filter(index -> index.state() != State.COMPLETE).findFirst();
        unfinished.ifPresent(index -> {
            if (index.state() == State.DROPPED) {
                drop(index);
            } else {
                build(index);
            }
            reload();
        });
        return unfinished.isPresent();
    }

    private void drop(Index index) {
        List<byte[]> step = new ArrayList<>();
        Cursor<byte[], byte[]> entries = maps.entries().cursor(Entry.before(index.number(), Bytes.NONE));
        while (step.size() < STEP_ENTRIES && entries.hasNext()) {
            byte[] entry = entries.next();
            if (Entry.number(entry) != index.number()) {
                break;
            }
            step.add(entry);
        }
        step.forEach(maps.entries()::remove);
        if (step.size() < STEP_ENTRIES) {
            maps.indexes().remove(Bytes.key(index.number(), Bytes.NONE));
        }
    }

    private void build(Index index) {
        List<StoredDocument> step = new ArrayList<>();
        boolean fromStart = index.builtThrough().length == 0;
        Cursor<byte[], byte[]> documents =
                maps.documents().cursor(fromStart ? Bytes.key(index.collection(), Bytes.NONE) : index.builtThrough());
        boolean atEnd = true;
        long bytes = 0;
        while (documents.hasNext()) {
            byte[] key = documents.next();
            if (Bytes.number(key) != index.collection()) {
                break;
            }
            if (Arrays.equals(key, index.builtThrough())) {
                continue;
            }
            step.add(Records.document(key, documents.getValue()));
            bytes += documents.getValue().length;
            if (step.size() == STEP_DOCUMENTS || bytes >= STEP_BYTES) {
                atEnd = false;
                break;
            }
        }
        step.forEach(document -> put(index, IndexPlan.entryKey(index.definition(), document), document.id()));
        write(
                atEnd
                        ? index.with(State.COMPLETE, FROM_START)
                        : index.with(
                                State.BUILDING,
                                Records.documentKey(
                                        index.collection(),
                                        step.get(step.size() - 1).id())));
    }

    /** Deletes every entry; then every index is complete. */
    void clear() {
        maps.entries().clear();
        for (Index index : all) {
            if (index.state() == State.DROPPED) {
                maps.indexes().remove(Bytes.key(index.number(), Bytes.NONE));
            } else {
                write(index.with(State.COMPLETE, FROM_START));
            }
        }
        reload();
    }
}
