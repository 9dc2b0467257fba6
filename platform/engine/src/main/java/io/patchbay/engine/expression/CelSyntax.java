package io.patchbay.engine.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.parser.CelParser;
import dev.cel.parser.CelParserFactory;
import io.patchbay.api.Limits;
import io.patchbay.api.query.Expression;
import java.util.TreeSet;

/** The one place, with {@link CelTranslation}, that touches CEL's classes. Its parser is asked for no macros, so that they come to us as the calls they are written as. */
final class CelSyntax {
    private static final CelParser PARSER = CelParserFactory.standardCelParserBuilder()
            .setOptions(CelOptions.current()
                    .maxExpressionCodePointSize(Limits.EXPRESSION_CHARS)
                    .maxParseRecursionDepth(Limits.EXPRESSION_DEPTH)
                    .retainRepeatedUnaryOperators(true)
                    .populateMacroCalls(false)
                    .build())
            .build();

    private CelSyntax() {}

    /**
     * @param names what the free names mean
     * @throws SyntaxFault if it is no expression, none that our values can answer, or, where names are checked, none that can be meant
     */
    static Expression parse(String text, Names names) {
        CelValidationResult result = PARSER.parse(text);
        if (result.hasError()) {
            throw fault(result);
        }
        try {
            CelAbstractSyntaxTree tree = result.getAst();
            CelTranslation translation = new CelTranslation(tree.getSource());
            Expression expression = Folding.fold(translation.translate(tree.getExpr()));
            for (String name : new TreeSet<>(Expressions.freeNames(expression))) {
                if (!names.isKnown(name)) {
                    throw translation.unknownName(name, names.hint());
                }
            }
            if (names.checked()) {
                new ShapeCheck(translation, names.shapes()).requireCondition(tree.getExpr());
            }
            return expression;
        } catch (CelValidationException e) {
            throw fault(result);
        }
    }

    private static SyntaxFault fault(CelValidationResult result) {
        for (CelIssue issue : result.getAllIssues()) {
            if (issue.getSeverity() == CelIssue.Severity.ERROR) {
                int line = Math.max(1, issue.getSourceLocation().getLine());
                return new SyntaxFault(
                        line, Math.max(0, issue.getSourceLocation().getColumn()) + 1, plain(issue.getMessage()));
            }
        }
        return new SyntaxFault(1, 1, "it is no expression");
    }

    /** The grammar's own words, without the names of its tokens. */
    private static String plain(String message) {
        String said = message.replaceAll("[.\\s]+$", "")
                .replace("mismatched input '<EOF>'", "it ends too early")
                .replace("<EOF>", "the end")
                .replace("%%", "%");
        int expecting = said.indexOf(" expecting {");
        if (expecting >= 0) {
            boolean value = said.contains("NUM_INT");
            return said.substring(0, expecting) + (value ? ", expected a value" : ", expected an operator or the end");
        }
        if (said.startsWith("For input string")) {
            return "an integer does not fit 64 bits";
        }
        return said;
    }
}
