package io.patchbay.cli;

/** A command that could not be carried out; its message is one sentence for the person who gave it. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CommandException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    static CommandException failed(String message) {
        return new CommandException(Main.FAILED, message);
    }

    int exitCode() {
        return exitCode;
    }
}
