package io.patchbay.cli;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
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
            InputFile.require(file);
            if (Files.size(file) > BYTES_MAX) {
                throw CommandException.failed(file + " is larger than " + BYTES_MAX + " bytes.");
            }
            byte[] bytes = Files.readAllBytes(file);
            if (file.toString().toLowerCase(Locale.ROOT).endsWith(".json")) {
                return Json.decodeEnvelope(bytes);
            }
            String text = InputFile.text(file, bytes);
            LoadSettings settings =
                    LoadSettings.builder().setLabel(file.toString()).build();
            requireDepth(settings, text);
            return value(new Load(settings).loadFromString(text));
        } catch (MarkedYamlEngineException e) {
            String place = e.getProblemMark()
                    .map(mark -> " line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
                    .orElse("");
            throw CommandException.failed(file + place + ": " + e.getProblem() + ".");
        } catch (IOException e) {
            throw CommandException.failed(file + " can't be read: " + InputFile.reason(e) + ".");
        } catch (YamlEngineException | PatchbayException e) {
            String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("it is no YAML");
            throw CommandException.failed(file + " can't be read: " + why + (why.endsWith(".") ? "" : "."));
        }
    }

    /** Before the values are made, which goes as deep in calls as they are nested. */
    private static void requireDepth(LoadSettings settings, String text) {
        int depth = 0;
        for (Event event : new Parse(settings).parseString(text)) {
            if (event instanceof CollectionStartEvent) {
                depth++;
            } else if (event instanceof CollectionEndEvent) {
                depth--;
            }
            if (depth > Limits.DEPTH + Limits.ENVELOPE_DEPTH) {
                throw PatchbayException.beyond(
                        "depth",
                        ErrorCode.LIMIT_EXCEEDED,
                        "A value may be nested " + Limits.DEPTH + " levels deep, and this one is deeper.");
            }
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
