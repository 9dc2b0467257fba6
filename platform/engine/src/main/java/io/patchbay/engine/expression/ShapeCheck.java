package io.patchbay.engine.expression;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import io.patchbay.api.Nearest;
import io.patchbay.engine.expression.Shape.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Refuses what can't be meant: an operand that its operator never takes, a field that is never there, an expression that is no condition. Only what is known without a document counts; a
 * field of a document may be anything, so whatever could be true of some document passes. Used once, by one thread, on what {@link CelTranslation} could translate.
 */
final class ShapeCheck {
    private final CelTranslation translation;
    private final Map<String, Shape> names;
    private final Deque<String> variables = new ArrayDeque<>();

    ShapeCheck(CelTranslation translation, Map<String, Shape> names) {
        this.translation = translation;
        this.names = names;
    }

    /** @throws SyntaxFault with the place of what can't be meant */
    void requireCondition(CelExpr expr) {
        Shape shape = shape(expr);
        if (!shape.mayBe(Kind.BOOL)) {
            throw translation.fault(expr, "it must be true or false, and this is " + shape.kind().words);
        }
    }

    private Shape shape(CelExpr expr) {
        return switch (expr.getKind()) {
            case CONSTANT -> constant(expr.constant());
            case IDENT -> variable(expr.ident().name());
            case SELECT -> field(expr, expr.select().operand(), expr.select().field());
            case CALL -> call(expr);
            case LIST -> {
                expr.list().elements().forEach(this::shape);
                yield Shape.LIST;
            }
            case MAP -> {
                expr.map().entries().forEach(entry -> {
                    require(entry.key(), "an object's key", Kind.TEXT);
                    shape(entry.value());
                });
                yield Shape.MAP;
            }
            case STRUCT, COMPREHENSION, NOT_SET -> Shape.ANY;
        };
    }

    private static Shape constant(CelConstant constant) {
        return switch (constant.getKind()) {
            case NULL_VALUE -> Shape.NULL;
            case BOOLEAN_VALUE -> Shape.BOOL;
            case INT64_VALUE, DOUBLE_VALUE -> Shape.NUMBER;
            case STRING_VALUE -> Shape.TEXT;
            case UINT64_VALUE, BYTES_VALUE, TIMESTAMP_VALUE, DURATION_VALUE, NOT_SET -> Shape.ANY;
        };
    }

    private Shape variable(String written) {
        String name = written.startsWith(".") ? written.substring(1) : written;
        return variables.contains(name) ? Shape.ANY : names.getOrDefault(name, Shape.ANY);
    }

    private Shape field(CelExpr at, CelExpr operand, String field) {
        Shape of = require(operand, "what has a field '" + field + "'", Kind.MAP);
        Shape known = of.fields().get(field);
        if (known == null && of.closed()) {
            throw translation.fault(
                    at,
                    "there is no '" + field + "' here; there are "
                            + String.join(
                                    ", ", of.fields().keySet().stream().sorted().toList())
                            + Nearest.find(field, of.fields().keySet())
                                    .map(near -> ", did you mean '" + near + "'?")
                                    .orElse(""));
        }
        return known == null ? Shape.ANY : known;
    }

    private Shape call(CelExpr expr) {
        String name = expr.call().function();
        List<CelExpr> given = expr.call().args();
        if (expr.call().target().isPresent()) {
            return method(name, expr.call().target().get(), given);
        }
        return switch (name) {
            case "_&&_", "_||_" -> all(given, "what stands beside " + symbol(name), Kind.BOOL, Shape.BOOL);
            case "!_" -> all(given, "what ! turns round", Kind.BOOL, Shape.BOOL);
            case "_?_:_" -> conditional(given);
            case "_==_", "_!=_" -> equality(expr, given);
            case "_<_", "_<=_", "_>_", "_>=_" -> order(expr, given);
            case "@in" -> {
                shape(given.get(0));
                require(given.get(1), "what stands after 'in'", Kind.LIST, Kind.MAP);
                yield Shape.BOOL;
            }
            case "_+_" -> sum(expr, given);
            case "_-_", "_*_", "_/_", "_%_", "-_" ->
                all(given, "what " + symbol(name) + " calculates with", Kind.NUMBER, Shape.NUMBER);
            case "_[_]" -> index(expr, given);
            case "has" -> {
                CelExpr.CelSelect select = given.get(0).select();
                field(given.get(0), select.operand(), select.field());
                yield Shape.BOOL;
            }
            case "dyn" -> {
                shape(given.get(0));
                yield Shape.ANY;
            }
            case "timestamp" -> Shape.NUMBER;
            default -> function(name, given);
        };
    }

    private Shape function(String name, List<CelExpr> given) {
        String what = "what " + name + "() takes";
        switch (name) {
            case "size":
                require(given.get(0), what, Kind.TEXT, Kind.LIST, Kind.MAP);
                return Shape.NUMBER;
            case "int", "double":
                require(given.get(0), what, Kind.NUMBER, Kind.TEXT);
                return Shape.NUMBER;
            case "string":
                require(given.get(0), what, Kind.TEXT, Kind.NUMBER, Kind.BOOL);
                return Shape.TEXT;
            case "bool":
                require(given.get(0), what, Kind.BOOL, Kind.TEXT);
                return Shape.BOOL;
            case "matches":
                return all(given, what, Kind.TEXT, Shape.BOOL);
            case "type":
                shape(given.get(0));
                return Shape.TEXT;
            default:
                return Shape.ANY;
        }
    }

    private Shape method(String name, CelExpr target, List<CelExpr> given) {
        switch (name) {
            case "size":
                return function(name, List.of(target));
            case "contains", "startsWith", "endsWith", "matches":
                require(target, "what " + name + "() looks into", Kind.TEXT);
                return all(given, "what " + name + "() takes", Kind.TEXT, Shape.BOOL);
            default:
                return quantifier(name, target, given);
        }
    }

    private Shape quantifier(String name, CelExpr range, List<CelExpr> given) {
        require(range, "what " + name + "() goes through", Kind.LIST, Kind.MAP);
        variables.push(given.get(0).ident().name());
        boolean maps = name.equals("map");
        if (!maps || given.size() == 3) {
            require(given.get(1), "the condition of " + name + "()", Kind.BOOL);
        }
        if (maps) {
            shape(given.get(given.size() - 1));
        }
        variables.pop();
        return maps || name.equals("filter") ? Shape.LIST : Shape.BOOL;
    }

    private Shape conditional(List<CelExpr> given) {
        require(given.get(0), "the condition before ?", Kind.BOOL);
        return shape(given.get(1)).or(shape(given.get(2)));
    }

    private Shape equality(CelExpr expr, List<CelExpr> given) {
        Shape left = shape(given.get(0));
        Shape right = shape(given.get(1));
        // Two constants are somebody's play: 1 == '1' is false, and well-defined.
        boolean constants = given.stream().noneMatch(ShapeCheck::isField);
        boolean nothing = left.is(Kind.NULL) || right.is(Kind.NULL);
        if (!constants && !nothing && !left.mayBe(right.kind()) && !right.is(Kind.ANY) && !isTime(given)) {
            throw translation.fault(
                    expr, left.kind().words + " and " + right.kind().words + " are never equal" + hint(given));
        }
        return Shape.BOOL;
    }

    private Shape order(CelExpr expr, List<CelExpr> given) {
        Shape left = require(given.get(0), "what is compared", Kind.NUMBER, Kind.TEXT, Kind.BOOL);
        Shape right = require(given.get(1), "what is compared", Kind.NUMBER, Kind.TEXT, Kind.BOOL);
        if (!right.is(Kind.ANY) && !left.mayBe(right.kind()) && !isTime(given)) {
            throw translation.fault(
                    expr, left.kind().words + " and " + right.kind().words + " have no order" + hint(given));
        }
        return Shape.BOOL;
    }

    /** {@code meta.updatedAt} beside a text that is written out, which the translation reads as a time. */
    private boolean isTime(List<CelExpr> given) {
        return isUpdatedAt(given.get(0)) && isText(given.get(1)) || isUpdatedAt(given.get(1)) && isText(given.get(0));
    }

    private boolean isUpdatedAt(CelExpr expr) {
        if (expr.getKind() != CelExpr.ExprKind.Kind.SELECT
                || !expr.select().field().equals("updatedAt")) {
            return false;
        }
        CelExpr operand = expr.select().operand();
        return operand.getKind() == CelExpr.ExprKind.Kind.IDENT
                && operand.ident().name().equals("meta")
                && !variables.contains("meta");
    }

    private static boolean isField(CelExpr expr) {
        return expr.getKind() == CelExpr.ExprKind.Kind.SELECT
                || expr.getKind() == CelExpr.ExprKind.Kind.CALL
                        && expr.call().function().equals("_[_]");
    }

    private static boolean isText(CelExpr expr) {
        return expr.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                && expr.constant().getKind() == CelConstant.Kind.STRING_VALUE;
    }

    private static String hint(List<CelExpr> given) {
        boolean time = given.stream()
                .anyMatch(expr -> expr.getKind() == CelExpr.ExprKind.Kind.SELECT
                        && expr.select().field().equals("updatedAt"));
        return time ? "; a time is written as timestamp('2026-11-25T00:00:00Z')" : "";
    }

    private Shape sum(CelExpr expr, List<CelExpr> given) {
        Shape left = require(given.get(0), "what is added", Kind.NUMBER, Kind.TEXT, Kind.LIST);
        Shape right = require(given.get(1), "what is added", Kind.NUMBER, Kind.TEXT, Kind.LIST);
        if (!right.is(Kind.ANY) && !left.mayBe(right.kind())) {
            throw translation.fault(
                    expr, left.kind().words + " and " + right.kind().words + " can't be added; string() makes a text");
        }
        return left.is(Kind.ANY) ? right : left;
    }

    private Shape index(CelExpr expr, List<CelExpr> given) {
        CelExpr key = given.get(1);
        if (isText(key)) {
            return field(expr, given.get(0), key.constant().stringValue());
        }
        Shape range = require(given.get(0), "what stands before [", Kind.LIST, Kind.MAP);
        if (range.is(Kind.LIST)) {
            require(key, "the place in a list", Kind.NUMBER);
        } else if (range.is(Kind.MAP)) {
            require(key, "an object's key", Kind.TEXT);
        } else {
            shape(key);
        }
        return Shape.ANY;
    }

    private Shape all(List<CelExpr> operands, String what, Kind kind, Shape result) {
        operands.forEach(operand -> require(operand, what, kind));
        return result;
    }

    private Shape require(CelExpr operand, String what, Kind... kinds) {
        Shape shape = shape(operand);
        if (!shape.mayBe(kinds)) {
            List<String> words = List.of(kinds).stream().map(kind -> kind.words).toList();
            throw translation.fault(
                    operand, what + " must be " + String.join(" or ", words) + ", and this is " + shape.kind().words);
        }
        return shape;
    }

    private static String symbol(String operator) {
        return operator.replace("_", "");
    }
}
