package io.patchbay.cli;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A file of rule cases. */
final class RuleFile {
    /** What one request to a node may hold, with room for what is around the cases. */
    private static final int BATCH_BYTES = 32 * 1024;

    private final Value.Struct whole;
    private final List<Value> cases;

    private RuleFile(Value.Struct whole, List<Value> cases) {
        this.whole = whole;
        this.cases = cases;
    }

    static RuleFile read(Path file) {
        if (!(YamlFile.read(file) instanceof Value.Struct whole)) {
            throw CommandException.failed(file + " must hold 'cases', and 'rules' or a 'collection'.");
        }
        for (String name : whole.fields().keySet()) {
            if (!List.of("collection", "rules", "cases").contains(name)) {
                throw CommandException.failed(
                        file + " may hold 'collection', 'rules' and 'cases', not '" + name + "'.");
            }
        }
        if (!(whole.fields().get("cases") instanceof Value.Array cases)) {
            throw CommandException.failed(file + " needs a list of 'cases'.");
        }
        if (!(whole.fields().get("rules") instanceof Value.Struct)
                && whole.findText("collection").isEmpty()) {
            throw CommandException.failed(file + " needs 'rules', or the 'collection' whose rules are meant.");
        }
        if (whole.find("rules").isPresent() && whole.find("collection").isPresent()) {
            throw CommandException.failed(
                    file
                            + " holds both 'rules' and 'collection': leave out 'collection' to test the rules of the file, or 'rules' to test those that the collection has.");
        }
        return new RuleFile(whole, cases.items());
    }

    Value.Struct whole() {
        return whole;
    }

    /** Whether the rules are those of a collection. */
    boolean needsHome() {
        return whole.find("rules").isEmpty();
    }

    /** For rules that stand in the file any node will do; if there is none, one in a folder of its own. */
    static Node anyNode(HomeOption home, Screen screen) {
        Optional<Node> running = Node.findRunning(home);
        if (running.isPresent()) {
            return running.get();
        }
        if (Homes.isHome(home.folder())) {
            return Node.offline(home, screen);
        }
        try {
            return Node.passing(Files.createTempDirectory("patchbay"), home.patience(), screen);
        } catch (IOException e) {
            throw CommandException.failed("No temporary folder can be made: " + InputFile.reason(e) + ".");
        }
    }

    /** The reports of all batches as one. */
    Value.Struct test(Node node) {
        List<Value> verdicts = new ArrayList<>();
        long passed = 0;
        int next = 0;
        do {
            List<Value> batch = batch(next);
            Value.Struct report = (Value.Struct) node.ask(request(batch));
            verdicts.addAll(((Value.Array) report.find("cases").orElse(Value.array())).items());
            passed += report.findInt("passed").orElse(0L);
            next += batch.size();
        } while (next < cases.size());
        return Value.struct(
                "passed",
                Value.of(passed),
                "failed",
                Value.of(verdicts.size() - passed),
                "cases",
                new Value.Array(verdicts));
    }

    private List<Value> batch(int from) {
        List<Value> batch = new ArrayList<>();
        int bytes = 0;
        for (int i = from; i < cases.size(); i++) {
            bytes += bytes(i);
            if (!batch.isEmpty() && bytes > BATCH_BYTES) {
                break;
            }
            batch.add(cases.get(i));
        }
        return batch;
    }

    private int bytes(int place) {
        try {
            return Cbor.encodeEnvelope(cases.get(place)).length;
        } catch (PatchbayException e) {
            throw CommandException.failed("Case " + (place + 1) + ": " + e.getMessage());
        }
    }

    private Value.Struct request(List<Value> batch) {
        Map<String, Value> request = new LinkedHashMap<>();
        request.put("op", Value.of("rules.test"));
        whole.find("rules").ifPresent(rules -> request.put("rules", rules));
        whole.find("collection").ifPresent(collection -> request.put("collection", collection));
        request.put("cases", new Value.Array(batch));
        return new Value.Struct(request);
    }
}
