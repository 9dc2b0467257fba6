package io.patchbay.store.h2;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether MVStore closed a file in order, which its header tells. */
final class CleanShutdown {
    /** The header is a line of text, such as {@code H:2,block:2,...,clean:1,fletcher:...}, at the file's beginning. */
    private static final int HEADER_BYTES = 4096;

    private static final String MARK = ",clean:1,";

    private CleanShutdown() {}

    /** True of a file that does not exist yet. */
    static boolean of(Path file) {
        if (!Files.exists(file)) {
            return true;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(HEADER_BYTES), StandardCharsets.ISO_8859_1).contains(MARK);
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.STORE_UNAVAILABLE, "The file " + file + " can't be read: " + e.getMessage() + ".", e);
        }
    }
}
