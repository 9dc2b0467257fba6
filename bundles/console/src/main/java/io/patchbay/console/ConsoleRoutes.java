package io.patchbay.console;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.http.HttpRoute;
import io.patchbay.api.plugin.Providers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * The built files of the console, each at its own path, and a HTML page for every page of the app, so that a link into the app works after a reload, and shows before its script has come. Whoever
 * asks for a page that is none gets one with status 404, and the app says so; scripts, and who asks for a file, get the problem.
 *
 * <p>Any thread; a file is read from the bundle when it is asked for first, and kept.
 */
@Component(service = HttpRoute.class, property = Providers.NAME + "=console")
public final class ConsoleRoutes implements HttpRoute {
    private static final String GET = "GET ";
    private static final String ASSETS = "assets/";
    private static final String CLIENT = "client/";
    private static final String PAGES = "pages/";
    private static final String NOTHING_HERE = PAGES + "nothing.html";
    /** What no other route of the node has. */
    private static final String ELSE = GET + "/{path*}";
    /** Where files and the API are: what isn't there is no page that someone looked for. */
    private static final List<String> NO_PAGES = List.of("/api/", '/' + ASSETS, '/' + CLIENT);

    private final WebFiles files;
    /** Paths of files by patterns. */
    private final Map<String, String> pages;

    private final List<String> patterns;
    private final SecurityHeaders security;

    @Activate
    public ConsoleRoutes() {
        this(WebFiles.load());
    }

    ConsoleRoutes(WebFiles files) {
        this.files = files;
        pages = pages(files);
        patterns = patterns(files, pages);
        security = new SecurityHeaders(files.scripts(), files.styles());
    }

    @Override
    public List<String> patterns() {
        return patterns;
    }

    /** HEAD comes as GET's pattern does; the transport leaves the body out. */
    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        if (request.pattern().equals(ELSE)) {
            return isForPeople(request)
                    ? CompletableFuture.completedFuture(notFoundPage(request))
                    : notFound("There is nothing at " + request.path() + ".");
        }
        String path = pages.getOrDefault(request.pattern(), request.path().substring(1));
        return files.find(path)
                .map(file -> CompletableFuture.completedFuture(answer(file, request)))
                .orElseGet(() -> notFound("The console has no file of this name."));
    }

    /** Browsers name HTML when they go to an address; for what a page fetches they don't. */
    private static boolean isForPeople(HttpRequest request) {
        return request.findHeader("accept").orElse("").contains("text/html")
                && NO_PAGES.stream().noneMatch(request.path()::startsWith);
    }

    private HttpResponse notFoundPage(HttpRequest request) {
        return security.addTo(files.require(NOTHING_HERE).answerNotFound(request));
    }

    private static CompletableFuture<HttpResponse> notFound(String sentence) {
        return CompletableFuture.failedFuture(new PatchbayException(ErrorCode.NOT_FOUND, sentence));
    }

    private HttpResponse answer(WebFile file, HttpRequest request) {
        Caching caching = file.path().startsWith(ASSETS) ? Caching.IMMUTABLE : Caching.REVALIDATED;
        HttpResponse response = file.answer(request, caching);
        if (file.path().startsWith(PAGES)) {
            return security.addTo(response);
        }
        // A page of another origin may import the client as a module; what it may do with the API is that page's and
        // the API's affair.
        return file.path().startsWith(CLIENT)
                ? response.with("Access-Control-Allow-Origin", "*").with("Cross-Origin-Resource-Policy", "cross-origin")
                : response;
    }

    /** Each page with a slash at its end too, as people type it; the app takes the slash away. */
    private static Map<String, String> pages(WebFiles files) {
        Map<String, String> pages = new LinkedHashMap<>();
        files.pages().forEach((path, file) -> {
            pages.put(GET + path, file);
            if (!path.equals("/")) {
                pages.put(GET + path + '/', file);
            }
        });
        return pages;
    }

    private static List<String> patterns(WebFiles files, Map<String, String> pages) {
        List<String> patterns = new ArrayList<>(pages.keySet());
        files.paths().stream()
                .filter(path -> !path.startsWith(PAGES) && !path.startsWith(ASSETS))
                .forEach(path -> patterns.add(GET + '/' + path));
        patterns.add(GET + '/' + ASSETS + "{file}");
        patterns.add(ELSE);
        return List.copyOf(patterns);
    }
}
