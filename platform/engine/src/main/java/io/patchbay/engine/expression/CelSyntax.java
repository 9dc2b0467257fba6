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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    // How the grammar's tool puts it.
    private static final Pattern UNKNOWN_CHARACTER =
            Pattern.compile("^token recognition error at: '(.*)'$", Pattern.DOTALL);
    private static final Pattern MISSING = Pattern.compile("^missing ('.*') at ('.*')$", Pattern.DOTALL);
    private static final Pattern UNEXPECTED = Pattern.compile(
            "^(?:mismatched input|extraneous input|no viable alternative at input) ('.*?')(?: expecting .*)?$",
            Pattern.DOTALL);

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

    /** What the grammar says, in words for those who don't know it. */
    private static String plain(String message) {
        String said = message.replaceAll("[.\\s]+$", "").replace("%%", "%");
        if (said.startsWith("For input string")) {
            return "an integer does not fit 64 bits";
        }
        Matcher unknown = UNKNOWN_CHARACTER.matcher(said);
        if (unknown.find()) {
            return unreadable(unknown.group(1).strip());
        }
        Matcher missing = MISSING.matcher(said);
        if (missing.find()) {
            return missing.group(1) + " is missing before " + shown(missing.group(2));
        }
        Matcher unexpected = UNEXPECTED.matcher(said);
        if (unexpected.find()) {
            return unexpected(unexpected.group(1), said);
        }
        return said.replace("<EOF>", "the end");
    }

    private static String unexpected(String word, String said) {
        String expected = said.contains("NUM_INT")
                ? ", expected a value"
                : said.endsWith("expecting <EOF>") ? ", expected the end" : ", expected an operator or the end";
        return (word.equals("'<EOF>'") ? "it ends too early" : word + " can't stand here") + expected;
    }

    private static String unreadable(String text) {
        if (text.equals("=")) {
            return "'=' can't stand here; '==' compares";
        }
        return text.startsWith("\"") || text.startsWith("'")
                ? "the text that begins here has no end"
                : "'" + text + "' can't stand here; what is no plain name stands in quotes";
    }

    private static String shown(String word) {
        return word.equals("'<EOF>'") ? "the end" : word;
    }
}
