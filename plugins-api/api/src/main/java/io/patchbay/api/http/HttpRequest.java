package io.patchbay.api.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request, its body already read.
 *
 * @param pattern the pattern that matched
 * @param pathParameters decoded, by the name in the pattern
 * @param query decoded, by name, every value
 * @param headers by lower-case name
 * @param remoteAddress without port
 */
public record HttpRequest(
        String pattern,
        String method,
        String path,
        Map<String, String> pathParameters,
        Map<String, List<String>> query,
        Map<String, String> headers,
        byte[] body,
        String remoteAddress) {
    public Optional<String> findHeader(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName));
    }

    /** The first value of a query parameter. */
    public Optional<String> findQuery(String name) {
        return Optional.ofNullable(query.get(name)).map(values -> values.get(0));
    }

    public String pathParameter(String name) {
        return pathParameters.get(name);
    }
}
