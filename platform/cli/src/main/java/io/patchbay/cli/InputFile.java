package io.patchbay.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Files that people name, and what is wrong with them in words. */
final class InputFile {
    private InputFile() {}

    /** @throws CommandException unless it is there, no folder, and may be read; a pipe will do */
    static void require(Path file) {
        if (Files.isDirectory(file)) {
            throw CommandException.failed("'" + file + "' is a folder, not a file.");
        }
        if (!Files.exists(file)) {
            throw CommandException.failed("There is no file '" + file + "'.");
        }
        if (!Files.isReadable(file)) {
            throw CommandException.failed("The file '" + file + "' may not be read by this user.");
        }
    }

    /** @throws CommandException if it is not UTF-8 */
    static String text(Path file, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw CommandException.failed(
                    "The file '" + file
                            + "' is not in UTF-8; if it is text, 'iconv -f ISO-8859-1 -t UTF-8' makes one of it that can be read.");
        }
    }

    /** Why a file can't be read or written, to stand behind a colon. */
    static String reason(Throwable failure) {
        if (failure instanceof NoSuchFileException) {
            return "there is no such file or folder";
        }
        if (failure instanceof AccessDeniedException) {
            return "this user may not do that";
        }
        if (failure instanceof FileSystemException known && known.getReason() != null) {
            return known.getReason();
        }
        return failure instanceof IOException && failure.getMessage() != null
                ? failure.getMessage()
                : failure.toString();
    }
}
