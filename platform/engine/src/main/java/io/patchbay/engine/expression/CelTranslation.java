package io.patchbay.engine.expression;

import dev.cel.common.CelSource;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import io.patchbay.api.Limits;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.Expression.Call;
import io.patchbay.api.query.Expression.Comprehension;
import io.patchbay.api.query.Expression.Function;
import io.patchbay.api.query.Expression.Literal;
import io.patchbay.api.query.FieldPath;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns one parsed CEL tree into ours, and names the place of what has no counterpart. Used once, by one thread. */
final class CelTranslation {
    private static final Map<String, Function> OPERATORS = Map.ofEntries(
            Map.entry("_&&_", Function.AND),
            Map.entry("_||_", Function.OR),
            Map.entry("!_", Function.NOT),
            Map.entry("_==_", Function.EQUAL),
            Map.entry("_!=_", Function.NOT_EQUAL),
            Map.entry("_<_", Function.LESS),
            Map.entry("_<=_", Function.LESS_OR_EQUAL),
            Map.entry("_>_", Function.GREATER),
            Map.entry("_>=_", Function.GREATER_OR_EQUAL),
            Map.entry("@in", Function.IN),
            Map.entry("_+_", Function.ADD),
            Map.entry("_-_", Function.SUBTRACT),
            Map.entry("_*_", Function.MULTIPLY),
            Map.entry("_/_", Function.DIVIDE),
            Map.entry("_%_", Function.MODULO),
            Map.entry("-_", Function.NEGATE),
            Map.entry("_?_:_", Function.CONDITIONAL),
            Map.entry("_[_]", Function.INDEX));

    /** By name and number of arguments, the receiver being one: what is called as {@code f(x)}. */
    private static final Map<String, Function> FUNCTIONS = Map.of(
            "size/1", Function.SIZE,
            "matches/2", Function.MATCHES,
            "int/1", Function.TO_INT,
            "double/1", Function.TO_DOUBLE,
            "string/1", Function.TO_STRING,
            "bool/1", Function.TO_BOOL,
            "type/1", Function.TYPE);

    /** What is called as {@code x.f(y)}. */
    private static final Map<String, Function> METHODS = Map.of(
            "size/1", Function.SIZE,
            "contains/2", Function.CONTAINS,
            "startsWith/2", Function.STARTS_WITH,
            "endsWith/2", Function.ENDS_WITH,
            "matches/2", Function.MATCHES);

    private static final Map<String, Comprehension.Kind> MACROS = Map.of(
            "all", Comprehension.Kind.ALL,
            "exists", Comprehension.Kind.EXISTS,
            "exists_one", Comprehension.Kind.EXISTS_ONE,
            "existsOne", Comprehension.Kind.EXISTS_ONE,
            "map", Comprehension.Kind.MAP,
            "filter", Comprehension.Kind.FILTER);

    private static final Set<Function> COMPARISONS = Set.of(
            Function.EQUAL,
            Function.NOT_EQUAL,
            Function.LESS,
            Function.LESS_OR_EQUAL,
            Function.GREATER,
            Function.GREATER_OR_EQUAL);

    private static final FieldPath UPDATED_AT = new FieldPath(List.of("meta", "updatedAt"));
    private static final Instant YEAR_1 = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");
    private static final Literal TRUE = new Literal(Value.TRUE);

    private final CelSource source;
    private final Deque<String> variables = new ArrayDeque<>();
    /** Where each name that no quantifier binds is used first. */
    private final Map<String, CelExpr> firstUses = new HashMap<>();

    private int depth;

    CelTranslation(CelSource source) {
        this.source = source;
    }

    /** @throws SyntaxFault if it has no counterpart or goes beyond a limit */
    Expression translate(CelExpr expr) {
        if (++depth > Limits.EXPRESSION_DEPTH) {
            throw fault(expr, "it is nested deeper than " + Limits.EXPRESSION_DEPTH + " levels");
        }
        Expression translated = switch (expr.getKind()) {
            case CONSTANT -> new Literal(constant(expr));
            case IDENT -> variable(expr);
            case SELECT ->
                new Expression.Select(
                        translate(expr.select().operand()), expr.select().field());
            case CALL -> call(expr);
            case LIST -> list(expr);
            case MAP -> struct(expr);
            case STRUCT ->
                throw fault(
                        expr,
                        "the message type '" + expr.struct().messageName()
                                + "' is not known; write an object as {'key': value}");
            case COMPREHENSION, NOT_SET -> throw fault(expr, "it is no expression");
        };
        depth--;
        return translated;
    }

    /** The place of a free name that means nothing here. */
    SyntaxFault unknownName(String name, String hint) {
        return fault(firstUses.get(name), "'" + name + "' is not known here; " + hint);
    }

    private Value constant(CelExpr expr) {
        CelConstant constant = expr.constant();
        return switch (constant.getKind()) {
            case NULL_VALUE -> Value.NULL;
            case BOOLEAN_VALUE -> Value.of(constant.booleanValue());
            case INT64_VALUE -> Value.of(constant.int64Value());
            case DOUBLE_VALUE -> finite(expr, constant.doubleValue());
            case STRING_VALUE -> text(expr, constant.stringValue());
            case UINT64_VALUE -> throw fault(expr, "unsigned integers are not supported; leave the 'u' away");
            case BYTES_VALUE -> throw fault(expr, "bytes are not supported; write a text");
            case TIMESTAMP_VALUE, DURATION_VALUE, NOT_SET ->
                throw fault(expr, "this kind of constant is not supported");
        };
    }

    private Value finite(CelExpr expr, double value) {
        if (!Double.isFinite(value)) {
            throw fault(expr, "the number is beyond what a double can hold");
        }
        return Value.of(value);
    }

    private Value text(CelExpr expr, String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (Character.getType(text.codePointAt(i)) == Character.SURROGATE) {
                throw fault(expr, "the text contains half of a surrogate pair");
            }
        }
        return Value.of(text);
    }

    private Expression variable(CelExpr expr) {
        String name = expr.ident().name();
        if (!name.startsWith(".")) {
            if (!variables.contains(name)) {
                firstUses.putIfAbsent(name, expr);
            }
            return new Expression.Variable(name);
        }
        if (variables.contains(name.substring(1))) {
            throw fault(expr, "'" + name + "' is hidden by the variable of the same name; rename the variable");
        }
        firstUses.putIfAbsent(name.substring(1), expr);
        return new Expression.Variable(name.substring(1));
    }

    private Expression list(CelExpr expr) {
        if (!expr.list().optionalIndices().isEmpty()) {
            throw fault(expr, "optional elements are not supported");
        }
        return new Expression.ListOf(translateAll(expr.list().elements()));
    }

    private Expression struct(CelExpr expr) {
        List<Expression.StructOf.Entry> entries = new ArrayList<>();
        Set<Expression> keys = new HashSet<>();
        List<CelExpr.CelMap.Entry> given = expr.map().entries();
        for (CelExpr.CelMap.Entry entry : given) {
            Expression key = translate(entry.key());
            if (key instanceof Literal literal && !(literal.value() instanceof Value.Text)) {
                throw fault(entry.key(), "an object's key must be text");
            }
            if (key instanceof Literal && !keys.add(key)) {
                throw fault(entry.key(), "the key comes twice");
            }
            entries.add(new Expression.StructOf.Entry(key, translate(entry.value())));
        }
        return new Expression.StructOf(entries);
    }

    private Expression call(CelExpr expr) {
        String name = expr.call().function();
        List<CelExpr> given = expr.call().args();
        Optional<CelExpr> target = expr.call().target();
        Function operator = OPERATORS.get(name);
        if (operator != null) {
            return comparable(given, typed(new Call(operator, translateAll(given))));
        }
        if (target.isPresent() && MACROS.containsKey(name)) {
            return comprehension(expr, MACROS.get(name), target.get(), given);
        }
        if (target.isEmpty() && name.equals("has") && given.size() == 1) {
            return has(given.get(0));
        }
        if (target.isEmpty() && name.equals("dyn") && given.size() == 1) {
            return translate(given.get(0));
        }
        if (target.isEmpty() && name.equals("timestamp") && given.size() == 1) {
            return new Literal(time(given.get(0), translate(given.get(0))));
        }
        return function(expr, name, target, given);
    }

    private Expression function(CelExpr expr, String name, Optional<CelExpr> target, List<CelExpr> given) {
        int count = given.size() + (target.isPresent() ? 1 : 0);
        Function function = (target.isPresent() ? METHODS : FUNCTIONS).get(name + "/" + count);
        if (function == null) {
            throw fault(expr, unknown(name, target.isPresent()));
        }
        List<Expression> arguments = new ArrayList<>();
        target.ifPresent(receiver -> arguments.add(translate(receiver)));
        arguments.addAll(translateAll(given));
        if (function == Function.MATCHES
                && arguments.get(1) instanceof Literal literal
                && literal.value() instanceof Value.Text pattern) {
            Regexes.findFault(pattern.value()).ifPresent(fault -> {
                throw fault(given.get(given.size() - 1), fault);
            });
        }
        return new Call(function, arguments);
    }

    private static String unknown(String name, boolean method) {
        return switch (name) {
            case "uint", "bytes", "duration" -> "'" + name + "' is not supported";
            case "has" -> "has() takes one field, such as has(address.city)";
            default ->
                "there is no " + (method ? "method '" : "function '") + name + "' with these arguments; known are "
                        + (method
                                ? "all, exists, exists_one, map, filter, size, contains, startsWith, endsWith and matches"
                                : "has, size, matches, int, double, string, bool, type, dyn and timestamp");
        };
    }

    private Expression has(CelExpr argument) {
        if (argument.getKind() != CelExpr.ExprKind.Kind.SELECT) {
            throw fault(
                    argument,
                    "has() takes a field of something, such as has(address.city); for a bare field compare it, or use has(doc.city) in a rule");
        }
        return new Expression.Has(
                translate(argument.select().operand()), argument.select().field());
    }

    private Expression comprehension(CelExpr expr, Comprehension.Kind kind, CelExpr range, List<CelExpr> given) {
        boolean transforms = kind == Comprehension.Kind.MAP && given.size() == 3;
        if (given.size() != 2 && !transforms) {
            throw fault(
                    expr,
                    "'" + expr.call().function()
                            + "' takes a variable and an expression, such as tags.exists(t, t == 'new')");
        }
        if (given.get(0).getKind() != CelExpr.ExprKind.Kind.IDENT
                || given.get(0).ident().name().startsWith(".")) {
            throw fault(given.get(0), "'" + expr.call().function() + "' takes the name of a variable first");
        }
        String variable = given.get(0).ident().name();
        Expression translatedRange = translate(range);
        if (variables.size() == Limits.COMPREHENSION_NESTING) {
            throw fault(
                    expr,
                    "all, exists, map and their like may stand within each other " + Limits.COMPREHENSION_NESTING
                            + " deep");
        }
        variables.push(variable);
        Expression condition = transforms ? translate(given.get(1)) : TRUE;
        Expression body = translate(given.get(given.size() - 1));
        variables.pop();
        return new Comprehension(kind, variable, translatedRange, condition, body);
    }

    /** {@code type(x) == int}: the type's name is a name only beside {@code type(x)}; elsewhere it is a field as any other. */
    private static Call typed(Call call) {
        if (call.function() != Function.EQUAL && call.function() != Function.NOT_EQUAL) {
            return call;
        }
        Expression left = call.arguments().get(0);
        Expression right = call.arguments().get(1);
        if (isType(left)) {
            return Call.of(call.function(), left, typeName(right));
        }
        return isType(right) ? Call.of(call.function(), typeName(left), right) : call;
    }

    private static boolean isType(Expression expression) {
        return expression instanceof Call call && call.function() == Function.TYPE;
    }

    private static Expression typeName(Expression expression) {
        return expression instanceof Expression.Variable variable && Types.NAMES.contains(variable.name())
                ? new Literal(Value.of(variable.name()))
                : expression;
    }

    /** A text that is compared with {@code meta.updatedAt} is a time. */
    private Expression comparable(List<CelExpr> given, Call call) {
        if (!COMPARISONS.contains(call.function()) || variables.contains("meta")) {
            return call;
        }
        List<Expression> arguments = new ArrayList<>(call.arguments());
        for (int i = 0; i < 2; i++) {
            boolean text = arguments.get(i) instanceof Literal literal && literal.value() instanceof Value.Text;
            if (text
                    && FieldPath.of(arguments.get(1 - i))
                            .filter(UPDATED_AT::equals)
                            .isPresent()) {
                arguments.set(i, new Literal(time(given.get(i), arguments.get(i))));
            }
        }
        return new Call(call.function(), arguments);
    }

    private Value time(CelExpr at, Expression expression) {
        if (!(expression instanceof Literal literal && literal.value() instanceof Value.Text text)) {
            throw fault(at, "a time must be written out, such as timestamp('2026-11-25T00:00:00Z')");
        }
        try {
            Instant time = OffsetDateTime.parse(text.value()).toInstant();
            if (!time.isBefore(YEAR_1) && time.isBefore(YEAR_10000)) {
                return Value.of(time.toEpochMilli());
            }
        } catch (DateTimeParseException e) {
            // The same words as for a time out of range.
        }
        throw fault(at, "this is no time as RFC 3339 writes it, such as 2026-11-25T00:00:00Z");
    }

    private List<Expression> translateAll(List<CelExpr> exprs) {
        List<Expression> translated = new ArrayList<>(exprs.size());
        for (CelExpr expr : exprs) {
            translated.add(translate(expr));
        }
        return translated;
    }

    SyntaxFault fault(CelExpr at, String message) {
        Integer offset = source.getPositionsMap().get(at.id());
        Optional<CelSourceLocation> location = offset == null ? Optional.empty() : source.getOffsetLocation(offset);
        return new SyntaxFault(
                location.map(CelSourceLocation::getLine).orElse(1),
                location.map(CelSourceLocation::getColumn).orElse(0) + 1,
                message);
    }
}
