package io.patchbay.listeners.tls;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of a PEM file (RFC 7468), in their order; what stands between them is ignored, and so is a byte order mark.
 *
 * @param label such as {@code CERTIFICATE}
 * @param headers whether lines such as {@code Proc-Type} stand before the data, as in keys that an old OpenSSL encrypted
 */
record Pem(String label, boolean headers, byte[] der) {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final Pattern HEADERS = Pattern.compile("^([A-Za-z-]+:[^\\n]*\\n(?:[ \\t][^\\n]*\\n)*)+\\s*\\n");

    /** @throws IllegalArgumentException with a clause that says what is broken */
    static List<Pem> blocks(byte[] file) {
        // ISO 8859-1 takes every byte: comments between the blocks may be in any encoding.
        String text = new String(file, StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
        List<Pem> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        int from = 0;
        while (block.find(from)) {
            blocks.add(block(block.group(1), block.group(2)));
            from = block.end();
        }
        int open = text.indexOf("-----BEGIN ", from);
        if (open >= 0) {
            throw new IllegalArgumentException("has a block that begins and does not end; it is cut off");
        }
        return blocks;
    }

    /** Whether it looks like a PEM file. */
    static boolean matches(byte[] file) {
        return new String(file, StandardCharsets.ISO_8859_1).contains("-----BEGIN ");
    }

    private static Pem block(String label, String body) {
        Matcher headers = HEADERS.matcher(body);
        boolean hasHeaders = headers.find();
        String data = hasHeaders ? body.substring(headers.end()) : body;
        try {
            return new Pem(label, hasHeaders, Base64.getMimeDecoder().decode(data));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("has a block \"" + label + "\" that is not valid base64", e);
        }
    }
}
