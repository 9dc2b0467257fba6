package io.patchbay.cli.transfer;

import java.io.IOException;

/** From here on a file can't be read; the message is a sentence with the line. */
public final class FileFault extends IOException {
    private static final long serialVersionUID = 1L;

    public FileFault(String sentence) {
        super(sentence);
    }

    static FileFault at(long line, String sentence) {
        return new FileFault("Line " + line + ": " + sentence);
    }
}
