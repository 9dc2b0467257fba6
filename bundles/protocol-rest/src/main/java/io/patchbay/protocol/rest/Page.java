package io.patchbay.protocol.rest;

import io.patchbay.api.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A self-contained HTML page. Its content security policy allows exactly the script and style that it was built with, by their hashes, and requests to its own origin. */
record Page(byte[] html, String policy) {
    static Page load(String name) {
        byte[] html = resource(name);
        String text = new String(html, StandardCharsets.UTF_8);
        String policy =
                "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                        + hashes(text, "script")
                        + hashes(text, "style");
        return new Page(html, policy);
    }

    HttpResponse response() {
        return HttpResponse.of(200, "text/html; charset=utf-8", html)
                .with("Content-Security-Policy", policy)
                .with("Referrer-Policy", "no-referrer")
                .with("X-Content-Type-Options", "nosniff")
                .with("Cache-Control", "no-store");
    }

    static byte[] resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the bundle lacks " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + name, e);
        }
    }

    private static String hashes(String html, String element) {
        Matcher inline = Pattern.compile("<" + element + ">(.*?)</" + element + ">", Pattern.DOTALL)
                .matcher(html);
        StringBuilder sources = new StringBuilder();
        while (inline.find()) {
            sources.append(" 'sha256-").append(sha256(inline.group(1))).append('\'');
        }
        return sources.isEmpty() ? "" : "; " + element + "-src" + sources;
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
