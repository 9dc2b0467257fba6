package io.patchbay.engine.session;

import io.patchbay.engine.collections.Catalog;
import io.patchbay.engine.collections.CollectionAdmin;
import io.patchbay.engine.documents.ChangePages;
import io.patchbay.engine.documents.DocumentReads;
import io.patchbay.engine.documents.DocumentWrites;
import io.patchbay.engine.documents.ParsedFilters;
import io.patchbay.engine.documents.Readers;
import io.patchbay.engine.feed.ChangeFeed;
import io.patchbay.engine.keyvalue.KeyValuePlane;
import java.time.Clock;

/** The parts of the engine that every session uses. */
public record SessionParts(
        Catalog catalog,
        CollectionAdmin collections,
        DocumentReads reads,
        DocumentWrites writes,
        ChangePages changes,
        ParsedFilters filters,
        Readers readers,
        ChangeFeed feed,
        FanOut fanOut,
        KeyValuePlane keyValues,
        Clock clock) {}
