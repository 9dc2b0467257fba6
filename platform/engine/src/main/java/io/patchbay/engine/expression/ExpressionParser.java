package io.patchbay.engine.expression;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.query.Expression;
import java.util.Map;

/**
 * CEL text to {@link Expression}, with macros and operators resolved and constants computed. Any thread.
 *
 * <p>CEL's own parser reads the syntax; it is loaded at the first call, since it costs a node's start too much. What has no meaning for our values (bytes, unsigned integers,
 * durations, messages) is refused here, not when a document comes by.
 *
 * <p>A time is a number of milliseconds since 1970: {@code timestamp("2026-11-25T00:00:00Z")} is one, and so is a text that is compared with {@code meta.updatedAt}.
 */
public final class ExpressionParser {
    private ExpressionParser() {}

    /** @throws PatchbayException FILTER_INVALID with {@code line}, {@code column} (from 1, also among its details) and what is wrong */
    public static Expression parseFilter(String text) {
        return parse(text, ErrorCode.FILTER_INVALID, "filter", Names.FILTER);
    }

    /**
     * @param what the rule in words, such as {@code rule for update}
     * @throws PatchbayException RULE_INVALID with line, column and what is wrong
     */
    public static Expression parseRule(String text, String what, Names names) {
        return parse(text, ErrorCode.RULE_INVALID, what, names);
    }

    private static Expression parse(String text, ErrorCode onError, String kind, Names names) {
        if (text.length() > Limits.EXPRESSION_CHARS) {
            throw PatchbayException.beyond(
                    "expression_chars",
                    onError,
                    "The " + kind + " may have " + Limits.EXPRESSION_CHARS + " characters, and this one has "
                            + text.length() + ".");
        }
        try {
            return CelSyntax.parse(text, names);
        } catch (SyntaxFault e) {
            throw new PatchbayException(
                    onError,
                    "The " + kind + " can't be read at line " + e.line() + ", column " + e.column() + ": "
                            + e.getMessage() + ".",
                    Map.of("line", (long) e.line(), "column", (long) e.column()));
        }
    }
}
