package io.patchbay.engine.documents;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.query.Expression;
import io.patchbay.engine.expression.ExpressionParser;
import io.patchbay.engine.expression.Expressions;
import java.util.LinkedHashMap;
import java.util.Map;

/** Parses filters, and remembers the last ones: clients send the same few again and again. Any thread. */
public final class ParsedFilters {
    private static final int REMEMBERED = 500;

    private final Map<String, Expression> byText = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Expression> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** @throws PatchbayException FILTER_INVALID */
    public Expression parse(String text) {
        synchronized (byText) {
            Expression known = byText.get(text);
            if (known != null) {
                return known;
            }
        }
        if (text.length() > Limits.EXPRESSION_CHARS) {
            throw PatchbayException.beyond(
                    "expression_chars",
                    ErrorCode.FILTER_INVALID,
                    "A filter has at most " + Limits.EXPRESSION_CHARS + " characters.");
        }
        Expression parsed = Expressions.fold(ExpressionParser.parseFilter(text));
        synchronized (byText) {
            byText.put(text, parsed);
        }
        return parsed;
    }
}
