package io.patchbay.cli;

import io.patchbay.api.document.Value;

/** A command that could not be carried out; its message is one sentence for the person who gave it. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final transient Value.Struct details;

    CommandException(int exitCode, String message) {
        this(exitCode, message, Value.Struct.EMPTY);
    }

    private CommandException(int exitCode, String message, Value.Struct details) {
        super(message);
        this.exitCode = exitCode;
        this.details = details;
    }

    static CommandException failed(String message) {
        return new CommandException(ExitCodes.FAILED, message);
    }

    /** The node's own refusal: {@code code, message} and what else it says. */
    static CommandException refused(Value.Struct error) {
        return new CommandException(ExitCodes.FAILED, error.findText("message").orElse("The node refuses."), error);
    }

    int exitCode() {
        return exitCode;
    }

    /** The node's error code; empty if it isn't the node that refuses. */
    String code() {
        return details.findText("code").orElse("");
    }

    Value.Struct details() {
        return details;
    }
}
