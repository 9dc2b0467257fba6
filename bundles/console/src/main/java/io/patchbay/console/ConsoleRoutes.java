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
 * The built files of the console, each at its own path, and a HTML page for every page of the app, so that a link into the app works after a reload, and shows before its script has come.
 *
 * <p>Any thread; a file is read from the bundle when it is asked for first, and kept.
 */
@Component(service = HttpRoute.class, property = Providers.NAME + "=console")
public final class ConsoleRoutes implements HttpRoute {
    private static final String GET = "GET /";
    private static final String ASSETS = "assets/";
    private static final String CLIENT = "client/";

    private final WebFiles files;
    private final List<String> patterns;
    private final SecurityHeaders security;

    @Activate
    public ConsoleRoutes() {
        this(WebFiles.load());
    }

    ConsoleRoutes(WebFiles files) {
        this.files = files;
        patterns = patterns(files);
        security = new SecurityHeaders(files.scripts(), files.styles());
    }

    @Override
    public List<String> patterns() {
        return patterns;
    }

    /** HEAD comes as GET's pattern does; the transport leaves the body out. */
    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        String page = files.pages().get(request.pattern().substring(GET.length() - 1));
        WebFile file =
                files.find(page == null ? request.path().substring(1) : page).orElse(null);
        if (file == null) {
            return CompletableFuture.failedFuture(
                    new PatchbayException(ErrorCode.NOT_FOUND, "The console has no file of this name."));
        }
        return CompletableFuture.completedFuture(answer(file, request));
    }

    private HttpResponse answer(WebFile file, HttpRequest request) {
        Caching caching = file.path().startsWith(ASSETS) ? Caching.IMMUTABLE : Caching.REVALIDATED;
        HttpResponse response = file.answer(request, caching);
        if (files.pages().containsValue(file.path())) {
            return security.addTo(response);
        }
        // A page of another origin may import the client as a module; what it may do with the API is that page's and
        // the API's affair.
        return file.path().startsWith(CLIENT)
                ? response.with("Access-Control-Allow-Origin", "*").with("Cross-Origin-Resource-Policy", "cross-origin")
                : response;
    }

    private static List<String> patterns(WebFiles files) {
        List<String> patterns = new ArrayList<>();
        files.pages().keySet().forEach(page -> patterns.add("GET " + page));
        files.paths().stream()
                .filter(path -> !files.pages().containsValue(path) && !path.startsWith(ASSETS))
                .forEach(path -> patterns.add(GET + path));
        patterns.add(GET + ASSETS + "{file}");
        return List.copyOf(patterns);
    }
}
