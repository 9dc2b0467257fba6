package io.patchbay.console;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.HttpRoute;
import io.patchbay.api.plugin.Providers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * The built files of the console, each at its own path, and its one HTML page at the path of every page of the app, so that a link into the app works after a reload.
 *
 * <p>Any thread; a file is read from the bundle when it is asked for first, and kept.
 */
@Component(service = HttpRoute.class, property = Providers.NAME + "=console")
public final class ConsoleRoutes implements HttpRoute {
    static final String INDEX = "index.html";
    private static final String GET = "GET /";
    private static final String ASSETS = "assets/";
    private static final String CLIENT = "client/";

    private final WebFiles files;
    private final List<String> patterns;

    @Activate
    public ConsoleRoutes() {
        this(WebFiles.load());
    }

    ConsoleRoutes(WebFiles files) {
        this.files = files;
        patterns = patterns(files);
    }

    @Override
    public List<String> patterns() {
        return patterns;
    }

    /** HEAD comes as GET's pattern does; the transport leaves the body out. */
    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        boolean page = files.pages().contains(request.pattern().substring("GET ".length()));
        WebFile file = files.find(page ? INDEX : request.path().substring(1)).orElse(null);
        if (file == null) {
            return CompletableFuture.failedFuture(
                    new PatchbayException(ErrorCode.NOT_FOUND, "The console has no file of this name."));
        }
        return CompletableFuture.completedFuture(answer(file, request));
    }

    private static HttpResponse answer(WebFile file, HttpRequest request) {
        Caching caching = file.path().startsWith(ASSETS) ? Caching.IMMUTABLE : Caching.REVALIDATED;
        HttpResponse response = file.answer(request, caching);
        if (file.path().equals(INDEX)) {
            return SecurityHeaders.addTo(response);
        }
        // A page of another origin may import the client as a module; what it may do with the API is that page's and
        // the API's affair.
        return file.path().startsWith(CLIENT)
                ? response.with("Access-Control-Allow-Origin", "*").with("Cross-Origin-Resource-Policy", "cross-origin")
                : response;
    }

    private static List<String> patterns(WebFiles files) {
        List<String> patterns = new ArrayList<>();
        files.pages().forEach(page -> patterns.add("GET " + page));
        files.paths().stream()
                .filter(path -> !path.equals(INDEX) && !path.startsWith(ASSETS))
                .forEach(path -> patterns.add(GET + path));
        patterns.add(GET + ASSETS + "{file}");
        return List.copyOf(patterns);
    }
}
