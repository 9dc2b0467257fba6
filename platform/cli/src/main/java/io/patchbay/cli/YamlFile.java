package io.patchbay.cli;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads YAML (version 1.2, without tags or aliases of note) or, by its name, JSON as values. */
final class YamlFile {
    /** Far above what people write by hand. */
    private static final long BYTES_MAX = 16 << 20;

    private YamlFile() {}

    /** @throws CommandException if it can't be read, with the line where it is wrong */
    static Value read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw CommandException.failed("There is no file " + file + ".");
            }
            if (Files.size(file) > BYTES_MAX) {
                throw CommandException.failed(file + " is larger than " + BYTES_MAX + " bytes.");
            }
            if (file.toString().endsWith(".json")) {
                return Json.decodeEnvelope(Files.readAllBytes(file));
            }
            return value(
                    new Load(LoadSettings.builder().setLabel(file.toString()).build())
                            .loadFromString(Files.readString(file, StandardCharsets.UTF_8)));
        } catch (MarkedYamlEngineException e) {
            String place = e.getProblemMark()
                    .map(mark -> " line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
                    .orElse("");
            throw CommandException.failed(file + place + ": " + e.getProblem() + ".");
        } catch (IOException | YamlEngineException | PatchbayException e) {
            throw CommandException.failed(file + " can't be read: " + e.getMessage()
                    + (e.getMessage() != null && e.getMessage().endsWith(".") ? "" : "."));
        }
    }

    private static Value value(@Nullable Object read) {
        if (read == null) {
            return Value.NULL;
        }
        if (read instanceof Map<?, ?> map) {
            Map<String, Value> fields = new LinkedHashMap<>();
            map.forEach((key, value) -> fields.put(String.valueOf(key), value(value)));
            return new Value.Struct(fields);
        }
        if (read instanceof List<?> list) {
            List<Value> items = new ArrayList<>();
            list.forEach(item -> items.add(value(item)));
            return new Value.Array(items);
        }
        if (read instanceof Boolean truth) {
            return Value.of(truth.booleanValue());
        }
        if (read instanceof Integer || read instanceof Long) {
            return Value.of(((Number) read).longValue());
        }
        if (read instanceof BigInteger big) {
            throw CommandException.failed("The number " + big + " is beyond 64 bits.");
        }
        return read instanceof Double real ? Value.of(real.doubleValue()) : Value.of(String.valueOf(read));
    }
}
