package io.patchbay.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.transport.http.RouteTable.Match;
import io.patchbay.transport.http.RouteTable.Nothing;
import io.patchbay.transport.http.RouteTable.Offer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouteTableTest {
    private static final Offer REST = offer(
            "rest", "GET /api/v1/collections/{c}", "PUT /api/v1/collections/{c}/documents/{id}", "GET /api/v1/status");
    private static final Offer CONSOLE = offer("console", "GET /{path*}");

    @Test
    void theFirstKeepsItsPathsHoweverTheOtherSpellsThem() {
        RouteTable table = table(
                CONSOLE,
                REST,
                offer(
                        "aaa",
                        "GET /api/v1/collections/secrets",
                        "GET /api/v1/{anything}",
                        "PUT /api/v1/{a}/{b}/documents/x",
                        "GET /api/v1/collections/{other}"));
        assertThat(provider(table, "GET", "/api/v1/collections/secrets")).isEqualTo("rest");
        assertThat(provider(table, "PUT", "/api/v1/collections/cities/documents/x"))
                .isEqualTo("rest");
        assertThat(provider(table, "GET", "/api/v1/status")).isEqualTo("rest");
        assertThat(table.conflicts())
                .hasSize(4)
                .contains(
                        "\"GET /api/v1/collections/secrets\" of aaa is not served: rest has \"GET /api/v1/collections/{c}\" already");
    }

    @Test
    void whatNobodyHasIsServedAlsoWithinThePathsOfOthers() {
        RouteTable table = table(
                CONSOLE,
                REST,
                offer("aaa", "POST /api/v1/collections/{c}", "GET /api/v1/collections/{c}/greeting", "GET /hello"));
        assertThat(table.conflicts()).isEmpty();
        assertThat(provider(table, "POST", "/api/v1/collections/cities")).isEqualTo("aaa");
        assertThat(provider(table, "GET", "/api/v1/collections/cities/greeting"))
                .isEqualTo("aaa");
        assertThat(provider(table, "GET", "/hello"))
                .as("the console gets what is left")
                .isEqualTo("aaa");
        assertThat(provider(table, "GET", "/hello/more")).isEqualTo("console");
    }

    @Test
    void oneProviderMayTellALiteralFromAParameter() {
        RouteTable table = table(offer("rest", "GET /plugins/{name}", "GET /plugins/plans"));
        assertThat(table.conflicts()).isEmpty();
        assertThat(((Match) table.find("GET", "/plugins/plans")).entry().pattern())
                .isEqualTo("GET /plugins/plans");
        assertThat(((Match) table.find("GET", "/plugins/x")).parameters()).isEqualTo(Map.of("name", "x"));
    }

    @Test
    void whatIsNoRouteIsNamed() {
        RouteTable table = table(offer("bad", "", "GET", "GET hello", "/hello", " /hello"));
        assertThat(table.size()).isZero();
        assertThat(table.conflicts()).hasSize(5).allMatch(sentence -> sentence.contains("is no route"));
        assertThat(table.find("GET", "/hello")).isInstanceOf(Nothing.class);
    }

    private static RouteTable table(Offer... offers) {
        return new RouteTable(List.of(offers));
    }

    private static Offer offer(String provider, String... patterns) {
        Map<String, Long> limits = new LinkedHashMap<>();
        for (String pattern : patterns) {
            limits.put(pattern, 1000L);
        }
        return new Offer(provider, 1, limits);
    }

    private static String provider(RouteTable table, String method, String path) {
        return ((Match) table.find(method, path)).entry().provider();
    }
}
