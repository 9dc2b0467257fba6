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
        Encoding encoding =
                Encoding.choose(encodings, request.findHeader("accept-encoding").orElse(""));
        // Each form has an ETag of its own, since their bytes differ.
        String tag = '"' + etag + encoding.suffix() + '"';
        boolean same = request.findHeader("if-none-match")
                .map(known -> matches(known, tag))
                .orElse(false);
        HttpResponse response = same
                ? HttpResponse.empty(304)
                : new HttpResponse(200, Map.of("Content-Type", contentType), files.read(path + encoding.suffix()));
        response = response.with("ETag", tag).with("Cache-Control", caching.header());
        if (!encodings.isEmpty()) {
            response = response.with("Vary", "Accept-Encoding");
        }
        return same || encoding == Encoding.IDENTITY ? response : response.with("Content-Encoding", encoding.token());
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
