package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.document.Value;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A published set of more than 100,000 records: imported, watched, queried against the simplest code that can be right, and swapped under. */
class RealDataIT {
    private static final int AT_LEAST = 100_000;
    private static final int PER_TRANSACTION = 1000;
    private static final int IN_FLIGHT = 4;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Comparator<String> BY_UTF_8 =
            Comparator.comparing(text -> text.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    @TempDir
    Path home;

    /** A city as the node should hold it. */
    private record City(String id, Value.Struct data) {
        String text(String field) {
            return data.findText(field).orElseThrow();
        }

        double number(String field) {
            Value value = data.fields().get(field);
            return value instanceof Value.Int whole ? whole.value() : ((Value.Real) value).value();
        }
    }

    @Test
    void citiesAreImportedQueriedWatchedAndSwappedUnder() {
        List<Value.Struct> published = PublishedCities.read();
        assertThat(published).hasSizeGreaterThan(AT_LEAST);
        List<City> cities = new ArrayList<>(IntStream.range(0, published.size())
                .mapToObj(i -> new City(String.format("%06d", i), published.get(i)))
                .toList());
        WatchedState watched = new WatchedState();
        ChangeRecord changes = new ChangeRecord();
        try (Node node = Node.start(home)) {
            Operator operator = new Operator(home);
            operator.addAdmin();
            Rest admin = operator.login(node.uri());
            Value indexes = Value.array(Value.texts(List.of("country", "name")), Value.of("lat"));
            admin.post("/collections", Value.struct("name", Value.of("cities"), "indexes", indexes))
                    .expect(201);
            try (Wire wire = Wire.connect(admin);
                    Wire subscriber = Wire.connect(admin)) {
                subscriber.subscribe(
                        1,
                        "watch",
                        "cities",
                        Optional.of("country == \"LI\" || country == \"MC\""),
                        Optional.empty(),
                        watched);
                subscriber.subscribe(2, "changes", "cities", Optional.of("lat > 60"), Optional.empty(), changes);
                load(wire, cities);
                List<City> north =
                        cities.stream().filter(city -> city.number("lat") > 60).toList();
                await().atMost(LIMIT)
                        .untilAsserted(() -> assertThat(changes.count()).isEqualTo(north.size()));
                assertThat(changes.seen())
                        .map(ChangeRecord.Seen::id)
                        .isEqualTo(north.stream().map(City::id).toList());
                compare(admin, cities, watched);

                operator.run("plugin", "install", SampleStore.jar().toString());
                swapWhileWriting(operator, admin, cities, "h2");
                compare(admin, cities, watched);
                operator.run("store", "drop", "documents");
                swapWhileWriting(operator, admin, cities, "sqlite");
                compare(admin, cities, watched);
                assertThat(watched.faults()).isEmpty();
                assertThat(changes.faults()).isEmpty();
            }
            node.kill();
            try (Node again = Node.start(home)) {
                compare(admin.at(again.uri()), cities, watched);
            }
        }
    }

    private static void load(Wire wire, List<City> cities) {
        long began = System.nanoTime();
        Deque<CompletableFuture<Value.Struct>> inFlight = new ArrayDeque<>();
        for (int from = 0; from < cities.size(); from += PER_TRANSACTION) {
            if (inFlight.size() == IN_FLIGHT) {
                Wire.await(inFlight.remove());
            }
            List<Value> operations = new ArrayList<>();
            for (City city : cities.subList(from, Math.min(cities.size(), from + PER_TRANSACTION))) {
                operations.add(Value.struct(
                        "op",
                        Value.of("put"),
                        "collection",
                        Value.of("cities"),
                        "document",
                        Value.of(city.id()),
                        "data",
                        city.data(),
                        "ifAbsent",
                        Value.TRUE));
            }
            inFlight.add(wire.send("transaction", "operations", new Value.Array(operations)));
        }
        inFlight.forEach(Wire::await);
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
                "RealDataIT: %d cities imported in %.1f s, %.0f per second%n",
                cities.size(), seconds, cities.size() / seconds);
    }

    /** One client changes cities all the while. */
    private static void swapWhileWriting(Operator operator, Rest admin, List<City> cities, String adapter) {
        AtomicBoolean swapped = new AtomicBoolean();
        CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> {
            int writes = 0;
            for (int i = 0; !swapped.get(); i = (i + 7919) % cities.size()) {
                City city = cities.get(i);
                Value.Struct change = Value.struct("store", Value.of(adapter), "count", Value.of(writes++));
                admin.patch("/collections/cities/documents/" + city.id(), change)
                        .expect(200);
                cities.set(
                        i,
                        new City(
                                city.id(),
                                city.data().with("store", Value.of(adapter)).with("count", Value.of(writes - 1))));
            }
            return writes;
        });
        try {
            System.out.println("RealDataIT: "
                    + operator.run(SampleStore.swapTo(adapter)).lines().reduce("", (before, line) -> line));
        } finally {
            swapped.set(true);
        }
        System.out.println("RealDataIT: " + writer.join() + " writes meanwhile");
    }

    private static void compare(Rest admin, List<City> cities, WatchedState watched) {
        assertThat(admin.all("cities", "limit=1000")).map(RealDataIT::city).isEqualTo(cities);
        Comparator<City> byName = Comparator.comparing(city -> city.text("name"), BY_UTF_8);
        Comparator<City> byId = Comparator.comparing(City::id);
        check(
                admin,
                cities,
                "country == \"CH\"",
                "name",
                city -> city.text("country").equals("CH"),
                byName.thenComparing(byId));
        check(
                admin,
                cities,
                "country == \"JP\" && name.startsWith(\"Na\")",
                "-name",
                city -> city.text("country").equals("JP") && city.text("name").startsWith("Na"),
                byName.reversed().thenComparing(byId));
        check(
                admin,
                cities,
                "lat >= 60 && lat < 60.5",
                "-lat",
                city -> city.number("lat") >= 60 && city.number("lat") < 60.5,
                Comparator.<City>comparingDouble(city -> city.number("lat"))
                        .reversed()
                        .thenComparing(byId));
        check(
                admin,
                cities,
                "country in [\"IS\", \"MT\"] && lat > 36 && !(name.contains(\"a\"))",
                "name",
                city -> List.of("IS", "MT").contains(city.text("country"))
                        && city.number("lat") > 36
                        && !city.text("name").contains("a"),
                byName.thenComparing(byId));
        assertThat(admin.get("/collections/cities/documents?filter=" + Rest.encode("admin2 == \"nowhere\""))
                        .expect(422)
                        .code())
                .isEqualTo("QUERY_NEEDS_INDEX");
        Map<String, Value> small = cities.stream()
                .filter(city -> List.of("LI", "MC").contains(city.text("country")))
                .collect(Collectors.toMap(City::id, City::data));
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(watched.held().entrySet().stream()
                                .collect(Collectors.toMap(
                                        Map.Entry::getKey,
                                        held -> held.getValue().data())))
                        .isEqualTo(small));
    }

    private static void check(
            Rest admin, List<City> cities, String filter, String sort, Predicate<City> wanted, Comparator<City> order) {
        List<City> expected = cities.stream().filter(wanted).sorted(order).toList();
        assertThat(expected).as(filter).isNotEmpty();
        assertThat(admin.all("cities", "limit=300&sort=" + sort + "&filter=" + Rest.encode(filter)))
                .as(filter)
                .map(RealDataIT::city)
                .isEqualTo(expected);
    }

    private static City city(Value.Struct document) {
        return new City(document.findText("id").orElseThrow(), (Value.Struct)
                document.fields().get("data"));
    }
}
