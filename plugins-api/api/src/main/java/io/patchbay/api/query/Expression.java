package io.patchbay.api.query;

import io.patchbay.api.document.Value;
import java.util.List;

/**
 * A filter or rule as a tree. The engine makes it from CEL text with every macro and operator resolved; adapters turn what they can into their own query.
 *
 * <p>Meaning, for every evaluator: a missing field, a type mismatch and any other CEL error are <em>unknown</em>; {@code &&} and {@code ||} are three-valued as in
 * SQL; a document matches only if the whole is true. Numbers compare across integer and double; {@code ==} between different types is false.
 */
public sealed interface Expression {
    record Literal(Value value) implements Expression {}

    /** A bare name: in a filter a field of the document's data, or {@code meta}; in a quantifier's body its variable; in a rule {@code doc}, {@code auth} and so on. */
    record Variable(String name) implements Expression {}

    record Select(Expression operand, String field) implements Expression {}

    /** {@code has(operand.field)}: true or false, never unknown unless the operand is. */
    record Has(Expression operand, String field) implements Expression {}

    record Call(Function function, List<Expression> arguments) implements Expression {
        public Call {
            arguments = List.copyOf(arguments);
        }

        public static Call of(Function function, Expression... arguments) {
            return new Call(function, List.of(arguments));
        }
    }

    record ListOf(List<Expression> items) implements Expression {
        public ListOf {
            items = List.copyOf(items);
        }
    }

    record StructOf(List<Entry> entries) implements Expression {
        public StructOf {
            entries = List.copyOf(entries);
        }

        public record Entry(Expression key, Expression value) {}
    }

    /** A macro over a list's items or a struct's keys. {@code body} is the predicate, or the transformation of {@code MAP}; {@code condition} is the filter of a three-argument map, otherwise true. */
    record Comprehension(Kind kind, String variable, Expression range, Expression condition, Expression body)
            implements Expression {
        public enum Kind {
            ALL,
            EXISTS,
            EXISTS_ONE,
            MAP,
            FILTER
        }
    }

    /** Operators and functions, by CEL's names; arguments in CEL's order, the receiver first. */
    enum Function {
        AND,
        OR,
        NOT,
        EQUAL,
        NOT_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL,
        IN,
        ADD,
        SUBTRACT,
        MULTIPLY,
        DIVIDE,
        MODULO,
        NEGATE,
        CONDITIONAL,
        INDEX,
        SIZE,
        CONTAINS,
        STARTS_WITH,
        ENDS_WITH,
        MATCHES,
        TO_INT,
        TO_DOUBLE,
        TO_STRING,
        TO_BOOL,
        TYPE
    }
}
