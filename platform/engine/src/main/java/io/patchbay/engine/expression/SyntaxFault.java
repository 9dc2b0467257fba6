package io.patchbay.engine.expression;

/** What is wrong with an expression's text, and where; lines and columns count from 1. Becomes a PatchbayException where it is known what the text was for. */
final class SyntaxFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    SyntaxFault(int line, int column, String message) {
        super(message, null, false, false);
        this.line = line;
        this.column = column;
    }

    int line() {
        return line;
    }

    int column() {
        return column;
    }
}
