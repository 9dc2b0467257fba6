package io.patchbay.it;

import io.patchbay.api.document.Value;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;

/**
 * Writes over the protocol {@code lines}, each line in two packets, so that an update finds a part of it in the codec. It has no patches and no transactions: a change is a read and a replacement of
 * what nobody else changes.
 */
record LineWrites(LineClient client, Random random) implements Load.Writes {
    private static final int LONGEST_CUT = 200;

    @Override
    public Value.Struct get(String id) {
        return ask("get", id);
    }

    @Override
    public long replace(String id, Value.Struct data, long revision) {
        try {
            return revision(ask("put", id, "data", data, "ifRevision", revision));
        } catch (CompletionException refused) {
            if (String.valueOf(refused.getMessage()).contains("REVISION_CONFLICT")) {
                return -1;
            }
            throw refused;
        }
    }

    @Override
    public long create(String id, Value.Struct data, String key) {
        return revision(ask("put", id, "data", data, "ifAbsent", Value.TRUE, "key", key));
    }

    @Override
    public long change(String id, Value.Struct patch) {
        Value.Struct data = (Value.Struct) get(id).fields().get("data");
        for (Map.Entry<String, Value> field : patch.fields().entrySet()) {
            data = data.with(field.getKey(), field.getValue());
        }
        return revision(ask("put", id, "data", data));
    }

    @Override
    public long delete(String id) {
        return revision(ask("delete", id));
    }

    @Override
    public long createAll(List<String> ids, List<Value.Struct> data) {
        throw new UnsupportedOperationException("lines has no transactions");
    }

    @Override
    public boolean transactions() {
        return false;
    }

    private Value.Struct ask(String op, String id, Object... more) {
        Object[] fields = new Object[more.length + 4];
        fields[0] = "collection";
        fields[1] = Load.COLLECTION;
        fields[2] = "document";
        fields[3] = id;
        System.arraycopy(more, 0, fields, 4, more.length);
        return client.ask(random.nextInt(LONGEST_CUT), op, fields).join();
    }

    private static long revision(Value.Struct answer) {
        return answer.findInt("revision").orElseThrow();
    }
}
