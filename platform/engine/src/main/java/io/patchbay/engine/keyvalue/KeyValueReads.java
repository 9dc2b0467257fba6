package io.patchbay.engine.keyvalue;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.kv.KeyValueEntry;
import io.patchbay.api.kv.KeyValueItem;
import io.patchbay.api.kv.KeyValueListRequest;
import io.patchbay.api.kv.KeyValuePage;
import io.patchbay.api.kv.KeyValueRange;
import io.patchbay.api.kv.KeyValueScan;
import io.patchbay.engine.access.KeyRights;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads of entries that have not expired, by who may see them. For threads that may wait. */
final class KeyValueReads {
    private final Clock clock;

    KeyValueReads(Clock clock) {
        this.clock = clock;
    }

    /** @throws PatchbayException KEY_NOT_FOUND, also for what the caller may not see */
    KeyValueEntry get(KeyValueUse use, Bucket bucket, KeyRights rights, String key) {
        long nowMs = clock.millis();
        return Optional.of(key)
                .filter(rights::allows)
                .flatMap(allowed -> use.store().find(bucket.number(), allowed))
                .filter(entry -> !entry.isExpired(nowMs))
                .orElseThrow(() -> new PatchbayException(
                        ErrorCode.KEY_NOT_FOUND, "There is no such key in " + bucket.name() + "."));
    }

    KeyValuePage list(KeyValueUse use, Bucket bucket, KeyRights rights, KeyValueListRequest request) {
        if (request.limit() < 1 || request.limit() > Limits.LIST_MAX) {
            throw PatchbayException.beyond(
                    "list_max",
                    ErrorCode.BAD_REQUEST,
                    "'limit' must be from 1 to " + Limits.LIST_MAX + ", not " + request.limit() + ".");
        }
        KeyValueRange whole = KeyRanges.of(request);
        KeyValueRange range = request.cursor()
                .map(cursor -> KeyRanges.after(whole, KeyCursor.read(cursor, bucket.number(), request)))
                .orElse(whole);
        if (KeyRanges.isEmpty(range)) {
            return new KeyValuePage(List.of(), Optional.empty());
        }
        try (KeyValueScan scan = use.store().scan(bucket.number(), range)) {
            return page(scan, bucket, rights, request);
        }
    }

    private KeyValuePage page(KeyValueScan scan, Bucket bucket, KeyRights rights, KeyValueListRequest request) {
        long nowMs = clock.millis();
        List<KeyValueItem> items = new ArrayList<>();
        long bytes = 0;
        int expired = 0;
        int hidden = 0;
        for (KeyValueEntry entry = scan.next(); entry != null; entry = scan.next()) {
            if (!rights.allows(entry.key())) {
                // No page may end here: its cursor would tell the key.
                if (++hidden > Limits.KEY_VALUE_PAGE_SKIPPED) {
                    throw tooManyHidden(bucket);
                }
                continue;
            }
            if (entry.isExpired(nowMs)) {
                expired++;
            } else {
                KeyValueItem item = KeyValueWatchers.item(entry, request.values());
                items.add(item);
                bytes += item.value().map(value -> value.length).orElse(0);
            }
            if (expired == Limits.KEY_VALUE_PAGE_SKIPPED) {
                return upTo(entry, items, bucket, request);
            }
            if (items.size() == request.limit() || bytes >= Limits.KEY_VALUE_PAGE_BYTES) {
                return hasMore(scan, rights, nowMs)
                        ? upTo(entry, items, bucket, request)
                        : new KeyValuePage(items, Optional.empty());
            }
        }
        return new KeyValuePage(items, Optional.empty());
    }

    private static KeyValuePage upTo(
            KeyValueEntry last, List<KeyValueItem> items, Bucket bucket, KeyValueListRequest request) {
        return new KeyValuePage(items, Optional.of(KeyCursor.write(last.key(), bucket.number(), request)));
    }

    private static PatchbayException tooManyHidden(Bucket bucket) {
        return PatchbayException.beyond(
                "key_value_page_skipped",
                ErrorCode.LIMIT_EXCEEDED,
                "Among the keys of '" + bucket.name() + "' are more than " + Limits.KEY_VALUE_PAGE_SKIPPED
                        + " that you may not read; give a prefix of those that you may.");
    }

    /** Whether something is to be seen behind a page; a few steps are worth it to spare its reader an empty one. */
    private static boolean hasMore(KeyValueScan scan, KeyRights rights, long nowMs) {
        for (int steps = 0; steps < Limits.LIST_MAX; steps++) {
            KeyValueEntry entry = scan.next();
            if (entry == null) {
                return false;
            }
            if (!entry.isExpired(nowMs) && rights.allows(entry.key())) {
                return true;
            }
        }
        return true;
    }
}
