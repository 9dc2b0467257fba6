package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Precondition;
import io.patchbay.api.http.HttpRequest;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Revisions as entity tags (RFC 9110, section 8.8.3) and the conditions made of them. */
final class Revisions {
    private static final Pattern TAG = Pattern.compile("\"(\\d{1,18})\"");
    private static final Pattern LISTED = Pattern.compile("(?:W/)?(\"[^\"]*\")");

    private Revisions() {}

    static String tag(long revision) {
        return "\"" + revision + "\"";
    }

    /** What a write asks for: {@code If-Match: "3"}, {@code If-Match: *}, {@code If-None-Match: *} or nothing. */
    static Precondition precondition(HttpRequest request) {
        Optional<String> match = request.findHeader("if-match");
        Optional<String> noneMatch = request.findHeader("if-none-match");
        if (match.isPresent() && noneMatch.isPresent()) {
            throw refused("if-match", "If-Match and If-None-Match can't both be asked for.");
        }
        if (noneMatch.isPresent()) {
            if (noneMatch.get().strip().equals("*")) {
                return Precondition.ABSENT;
            }
            throw refused("if-none-match", "A write knows only 'If-None-Match: *', which creates.");
        }
        return match.map(Revisions::matching).orElse(Precondition.ANY);
    }

    /** As {@link #precondition}, for a change of what must be there already. */
    static Precondition preconditionOfExisting(HttpRequest request) {
        Precondition precondition = precondition(request);
        if (precondition instanceof Precondition.Absent) {
            throw refused("if-none-match", "Only PUT knows 'If-None-Match: *'; here the document must exist.");
        }
        return precondition;
    }

    /** Whether the reader has this revision already, by {@code If-None-Match}; compared weakly, as RFC 9110 says. */
    static boolean isKnown(HttpRequest request, long revision) {
        Optional<String> header = request.findHeader("if-none-match");
        if (header.isEmpty()) {
            return false;
        }
        if (header.get().strip().equals("*")) {
            return true;
        }
        String tag = tag(revision);
        return LISTED.matcher(header.get())
                .results()
                .anyMatch(listed -> listed.group(1).equals(tag));
    }

    private static Precondition matching(String header) {
        if (header.strip().equals("*")) {
            return Precondition.EXISTS;
        }
        Matcher tag = TAG.matcher(header.strip());
        if (!tag.matches()) {
            throw refused(
                    "if-match",
                    "If-Match must be one revision as an ETag gave it, such as \"3\" with its quotation marks.");
        }
        return new Precondition.AtRevision(Long.parseLong(tag.group(1)));
    }

    private static PatchbayException refused(String header, String sentence) {
        return new PatchbayException(ErrorCode.BAD_REQUEST, sentence, Map.of("header", header));
    }
}
