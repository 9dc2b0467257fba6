package io.patchbay.engine.expression;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.api.query.Expression;
import io.patchbay.api.query.Expression.Call;
import io.patchbay.api.query.Expression.Comprehension;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** An expression as CEL text, with no more parentheses than needed. */
final class ExpressionText {
    private static final int TERNARY = 1;
    private static final int OR = 2;
    private static final int AND = 3;
    private static final int RELATION = 4;
    private static final int SUM = 5;
    private static final int PRODUCT = 6;
    private static final int UNARY = 7;
    private static final int MEMBER = 8;

    private ExpressionText() {}

    static String of(Expression expression) {
        return text(expression, TERNARY);
    }

    /** In parentheses if it binds weaker than {@code least}. */
    private static String text(Expression expression, int least) {
        if (expression instanceof Expression.Literal literal) {
            // JSON is CEL, escapes included; a negative number is an operator and its operand.
            String json = new String(Json.encode(literal.value()), StandardCharsets.UTF_8);
            return json.startsWith("-") ? enclosed(json, UNARY, least) : json;
        } else if (expression instanceof Expression.Variable variable) {
            return variable.name();
        } else if (expression instanceof Expression.Select select) {
            return text(select.operand(), MEMBER) + "." + field(select.field());
        } else if (expression instanceof Expression.Has has) {
            return "has(" + text(has.operand(), MEMBER) + "." + field(has.field()) + ")";
        } else if (expression instanceof Expression.ListOf list) {
            return "[" + joined(list.items()) + "]";
        } else if (expression instanceof Expression.StructOf struct) {
            return struct.entries().stream()
                    .map(entry -> of(entry.key()) + ": " + of(entry.value()))
                    .collect(Collectors.joining(", ", "{", "}"));
        } else if (expression instanceof Comprehension comprehension) {
            return comprehension(comprehension);
        }
        return call((Call) expression, least);
    }

    private static String call(Call call, int least) {
        List<Expression> arguments = call.arguments();
        return switch (call.function()) {
            case CONDITIONAL ->
                enclosed(
                        text(arguments.get(0), OR) + " ? " + text(arguments.get(1), OR) + " : "
                                + text(arguments.get(2), TERNARY),
                        TERNARY,
                        least);
            case OR -> infix(call, "||", OR, least);
            case AND -> infix(call, "&&", AND, least);
            case EQUAL -> infix(call, "==", RELATION, least);
            case NOT_EQUAL -> infix(call, "!=", RELATION, least);
            case LESS -> infix(call, "<", RELATION, least);
            case LESS_OR_EQUAL -> infix(call, "<=", RELATION, least);
            case GREATER -> infix(call, ">", RELATION, least);
            case GREATER_OR_EQUAL -> infix(call, ">=", RELATION, least);
            case IN -> infix(call, "in", RELATION, least);
            case ADD -> infix(call, "+", SUM, least);
            case SUBTRACT -> infix(call, "-", SUM, least);
            case MULTIPLY -> infix(call, "*", PRODUCT, least);
            case DIVIDE -> infix(call, "/", PRODUCT, least);
            case MODULO -> infix(call, "%", PRODUCT, least);
            case NOT -> enclosed("!" + text(arguments.get(0), MEMBER), UNARY, least);
            case NEGATE -> enclosed("-" + text(arguments.get(0), MEMBER), UNARY, least);
            case INDEX -> text(arguments.get(0), MEMBER) + "[" + of(arguments.get(1)) + "]";
            case CONTAINS -> method("contains", arguments);
            case STARTS_WITH -> method("startsWith", arguments);
            case ENDS_WITH -> method("endsWith", arguments);
            case MATCHES -> method("matches", arguments);
            case SIZE -> "size(" + joined(arguments) + ")";
            case TO_INT -> "int(" + joined(arguments) + ")";
            case TO_DOUBLE -> "double(" + joined(arguments) + ")";
            case TO_STRING -> "string(" + joined(arguments) + ")";
            case TO_BOOL -> "bool(" + joined(arguments) + ")";
            case TYPE -> "type(" + joined(arguments) + ")";
        };
    }

    /** All of them group to the left. */
    private static String infix(Call call, String operator, int strength, int least) {
        StringBuilder text = new StringBuilder(text(call.arguments().get(0), strength));
        for (Expression argument : call.arguments().subList(1, call.arguments().size())) {
            text.append(' ').append(operator).append(' ').append(text(argument, strength + 1));
        }
        return enclosed(text.toString(), strength, least);
    }

    private static String method(String name, List<Expression> arguments) {
        return text(arguments.get(0), MEMBER) + "." + name + "(" + joined(arguments.subList(1, arguments.size())) + ")";
    }

    private static String comprehension(Comprehension comprehension) {
        boolean all = comprehension.condition() instanceof Expression.Literal literal
                && literal.value().equals(Value.TRUE);
        return text(comprehension.range(), MEMBER) + "."
                + comprehension.kind().name().toLowerCase(Locale.ROOT) + "(" + comprehension.variable() + ", "
                + (all ? "" : of(comprehension.condition()) + ", ") + of(comprehension.body()) + ")";
    }

    private static String field(String name) {
        return name.matches("[A-Za-z_][A-Za-z0-9_]*") ? name : "`" + name + "`";
    }

    private static String joined(List<Expression> expressions) {
        return expressions.stream().map(ExpressionText::of).collect(Collectors.joining(", "));
    }

    private static String enclosed(String text, int strength, int least) {
        return strength < least ? "(" + text + ")" : text;
    }
}
