package io.patchbay.console;

import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.http.HttpResponse;
import java.util.List;
import java.util.Map;

/**
 * A file as it was built, with the forms that were compressed then.
 *
 * @param etag of the content, without quotes
 * @param encodings what it was compressed to, the preferred first; never the file itself
 */
record WebFile(String path, String contentType, String etag, List<Encoding> encodings, WebFiles files) {
    HttpResponse answer(HttpRequest request, Caching caching) {
        Encoding encoding = encoding(request);
        // Each form has an ETag of its own, since their bytes differ.
        String tag = '"' + etag + encoding.suffix() + '"';
        boolean same = request.findHeader("if-none-match")
                .map(known -> matches(known, tag))
                .orElse(false);
        HttpResponse response = same
                ? HttpResponse.empty(304)
                : new HttpResponse(200, Map.of("Content-Type", contentType), files.read(path + encoding.suffix()));
        response = response.with("ETag", tag).with("Cache-Control", caching.header());
        return same ? varying(response) : encoded(response, encoding);
    }

    /** The same bytes at an address where nothing is: told by the status, and never kept. */
    HttpResponse answerNotFound(HttpRequest request) {
        Encoding encoding = encoding(request);
        HttpResponse response = HttpResponse.of(404, contentType, files.read(path + encoding.suffix()));
        return encoded(response.with("Cache-Control", "no-store"), encoding);
    }

    private Encoding encoding(HttpRequest request) {
        return Encoding.choose(encodings, request.findHeader("accept-encoding").orElse(""));
    }

    private HttpResponse encoded(HttpResponse response, Encoding encoding) {
        HttpResponse varying = varying(response);
        return encoding == Encoding.IDENTITY ? varying : varying.with("Content-Encoding", encoding.token());
    }

    private HttpResponse varying(HttpResponse response) {
        return encodings.isEmpty() ? response : response.with("Vary", "Accept-Encoding");
    }

    private static boolean matches(String ifNoneMatch, String tag) {
        for (String known : ifNoneMatch.split(",")) {
            String bare = known.trim();
            if (bare.equals("*") || bare.equals(tag) || bare.equals("W/" + tag)) {
                return true;
            }
        }
        return false;
    }
}
