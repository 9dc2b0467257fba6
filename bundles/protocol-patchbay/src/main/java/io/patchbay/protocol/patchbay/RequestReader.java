package io.patchbay.protocol.patchbay;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.Limits;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import java.util.Map;
import java.util.OptionalLong;

/** Reads frames into requests. A frame that can't be answered, for want of an id, ends the connection; every other mistake is an error reply. */
final class RequestReader {
    /** What a frame came to. */
    sealed interface Read {
        record Accepted(Request request) implements Read {}

        /** Refused, but it can be answered. */
        record Refused(long id, PatchbayException reason) implements Read {}
    }

    private RequestReader() {}

    /** @throws PatchbayException if the frame can't be answered; the connection is closed with its close code */
    static Read read(byte[] frame) {
        if (frame.length > Limits.FRAME_BYTES) {
            throw PatchbayException.beyond(
                    "frame_bytes",
                    ErrorCode.TOO_LARGE,
                    "A frame is at most " + Limits.FRAME_BYTES + " bytes, not " + frame.length + ".");
        }
        Value value;
        try {
            value = Cbor.decodeEnvelope(frame);
        } catch (PatchbayException e) {
            return salvage(frame, e);
        }
        if (!(value instanceof Value.Struct struct)) {
            throw new PatchbayException(ErrorCode.BAD_REQUEST, "A frame must hold one map, the request.");
        }
        long id = struct.findInt("id").filter(n -> n >= 0).orElseThrow(RequestReader::withoutId);
        try {
            Fields fields = Fields.of("the request", struct);
            fields.findAny("id");
            return new Read.Accepted(new Request(id, fields.requireText("op"), fields));
        } catch (PatchbayException e) {
            return new Read.Refused(id, e);
        }
    }

    /** Well-formed CBOR that holds a forbidden value costs its sender an error reply, not the connection. */
    private static Read salvage(byte[] frame, PatchbayException reason) {
        OptionalLong id = reason.code() == ErrorCode.MALFORMED ? OptionalLong.empty() : RequestId.find(frame);
        if (id.isEmpty()) {
            throw reason;
        }
        return new Read.Refused(id.getAsLong(), reason);
    }

    private static PatchbayException withoutId() {
        return new PatchbayException(
                ErrorCode.BAD_REQUEST,
                "A request needs an 'id' that is a non-negative integer.",
                Map.of("field", "id"));
    }
}
