package io.patchbay.testkit.cel;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads the {@code tests/simple/testdata/*.textproto} files of google/cel-spec. */
public final class CelCases {
    private CelCases() {}

    /** All cases below {@code folder}, by file, in the order they stand there. */
    public static List<CelCase> read(Path folder) throws IOException {
        List<CelCase> cases = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path file : paths.filter(path -> path.toString().endsWith(".textproto"))
                    .sorted()
                    .toList()) {
                String name = file.getFileName().toString().replace(".textproto", "");
                TextProto.parse(Files.readString(file))
                        .messages("section")
                        .forEach(section -> section.messages("test")
                                .forEach(test -> cases.add(read(
                                        name + "/" + section.findText("name").orElseThrow(), test))));
            }
        }
        return cases;
    }

    private static CelCase read(String prefix, TextProto test) {
        String name = prefix + "/" + test.findText("name").orElseThrow();
        String expression = test.findText("expr").orElseThrow();
        try {
            return new CelCase(name, expression, variables(test), expected(test), Optional.empty());
        } catch (ForeignValue e) {
            return new CelCase(name, expression, Map.of(), Optional.empty(), Optional.of(e.getMessage()));
        }
    }

    private static Map<String, Value> variables(TextProto test) {
        Map<String, Value> variables = new LinkedHashMap<>();
        for (TextProto binding : test.messages("bindings")) {
            TextProto held = binding.findMessage("value")
                    .flatMap(value -> value.findMessage("value"))
                    .orElseThrow(() -> new ForeignValue("an unknown or an error as a variable"));
            variables.put(binding.findText("key").orElseThrow(), value(held));
        }
        return variables;
    }

    private static Optional<Value> expected(TextProto test) {
        if (test.has("eval_error") || test.has("any_eval_errors")) {
            return Optional.empty();
        }
        if (test.has("unknown") || test.has("any_unknowns") || test.has("typed_result")) {
            throw new ForeignValue("a result of the type checker or a partial evaluation");
        }
        // A test without a result is one that must give true.
        return Optional.of(test.findMessage("value").map(CelCases::value).orElse(Value.TRUE));
    }

    private static Value value(TextProto message) {
        if (message.has("null_value")) {
            return Value.NULL;
        } else if (message.has("bool_value")) {
            return Value.of(message.findText("bool_value").orElseThrow().matches("true|True|t|1"));
        } else if (message.has("int64_value")) {
            return Value.of(Long.decode(message.findText("int64_value").orElseThrow()));
        } else if (message.has("double_value")) {
            return real(message.findText("double_value").orElseThrow());
        } else if (message.has("string_value")) {
            return Value.of(message.findText("string_value").orElseThrow());
        } else if (message.has("list_value")) {
            return new Value.Array(message.findMessage("list_value").orElseThrow().messages("values").stream()
                    .map(CelCases::value)
                    .toList());
        } else if (message.has("map_value")) {
            return struct(message.findMessage("map_value").orElseThrow());
        } else if (message.has("type_value")) {
            // A type is its name to us.
            return Value.of(message.findText("type_value").orElseThrow());
        }
        throw new ForeignValue(foreign(message));
    }

    private static Value real(String text) {
        double value = switch (text) {
            case "inf", "infinity", "-inf", "-infinity", "nan" -> Double.NaN;
            default -> Double.parseDouble(text);
        };
        if (!Double.isFinite(value)) {
            throw new ForeignValue("an infinity or NaN");
        }
        return Value.of(value);
    }

    private static Value struct(TextProto map) {
        Map<String, Value> fields = new LinkedHashMap<>();
        for (TextProto entry : map.messages("entries")) {
            if (!(value(entry.findMessage("key").orElseThrow()) instanceof Value.Text key)) {
                throw new ForeignValue("a map with keys that are no text");
            }
            fields.put(key.value(), value(entry.findMessage("value").orElseThrow()));
        }
        return new Value.Struct(fields);
    }

    private static String foreign(TextProto message) {
        if (message.has("uint64_value")) {
            return "unsigned integers";
        } else if (message.has("bytes_value")) {
            return "bytes";
        } else if (message.has("object_value")) {
            return "protobuf messages";
        }
        return "a kind of value that is not ours";
    }

    private static final class ForeignValue extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ForeignValue(String what) {
            super(what, null, false, false);
        }
    }
}
