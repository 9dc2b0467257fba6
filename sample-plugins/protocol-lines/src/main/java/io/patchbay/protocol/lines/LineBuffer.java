package io.patchbay.protocol.lines;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.migration.StateRecord;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Cuts lines out of chunks. What has come of the next line is kept here, and is all that a codec leaves to the next version. */
final class LineBuffer {
    static final int STATE_VERSION = 1;

    private final ByteArrayOutputStream partial = new ByteArrayOutputStream(0);

    /**
     * Takes bytes out of {@code chunk} up to the end of a line.
     *
     * @return the line without its end; empty if the chunk is used up before
     * @throws PatchbayException TOO_LARGE if the line has no end within {@link Limits#FRAME_BYTES}
     */
    Optional<byte[]> next(ByteBuffer chunk) {
        int end = chunk.position();
        while (end < chunk.limit() && chunk.get(end) != '\n') {
            end++;
        }
        byte[] piece = new byte[end - chunk.position()];
        if (piece.length > Limits.FRAME_BYTES - partial.size()) {
            // Without a limit, a client that never ends its line would take all memory.
            throw PatchbayException.beyond(
                    "frame_bytes", ErrorCode.TOO_LARGE, "A line has at most " + Limits.FRAME_BYTES + " bytes.");
        }
        chunk.get(piece);
        partial.writeBytes(piece);
        if (!chunk.hasRemaining()) {
            return Optional.empty();
        }
        chunk.get();
        byte[] line = partial.toByteArray();
        partial.reset();
        return Optional.of(line);
    }

    /** The body is CBOR, which has no bytes in our data model; as Latin-1 every byte is a character. */
    StateRecord save() {
        return new StateRecord(
                STATE_VERSION, Cbor.encode(Value.struct("partial", Value.of(partial.toString(ISO_8859_1)))));
    }

    /** Refuses what it doesn't know instead of guessing: the client then reconnects, and nothing is read wrongly. */
    static LineBuffer restore(StateRecord state) {
        if (state.version() != STATE_VERSION) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE, "The state of the connection has version " + state.version() + ".");
        }
        Fields fields = Fields.of("the state of the connection", Cbor.decode(state.body()));
        byte[] partial = fields.requireText("partial").getBytes(ISO_8859_1);
        fields.done();
        LineBuffer restored = new LineBuffer();
        restored.partial.write(partial, 0, partial.length);
        return restored;
    }
}
