package io.patchbay.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.regex.Pattern;

/**
 * Reads of documents over HTTP out of a collection of a million, by id and as filtered and sorted lists of 20, as an admin and as a user under a rule: one after the other, as fast as they go, and at
 * half of that. A bare Jetty that answers as many bytes is the reference, in turn with each. Then logins beside reads.
 *
 * <p>Arguments: the unpacked distribution, documents (1000000), seconds a run (2), rounds (3), a pattern of the loads wanted (all).
 */
public final class HttpReads {
    private static final int CONNECTIONS = 64;
    private static final int OPERATIONS = 500;
    private static final int COUNTRIES = 200;
    private static final int OWNERS = 100;
    private static final int LOGINS_PER_SECOND = 50;
    private static final int READS_PER_SECOND = 1000;
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final String PATH = "/api/v1/collections/cities/documents";
    private static final String ABOUT = "x".repeat(150);
    /** What a document and a list of 20 take on the wire. */
    private static final int DOCUMENT_BYTES = 380;

    private static final int LIST_BYTES = 7600;

    private final Servers node;
    private final Path distribution;
    private final int documents;
    private final Duration time;
    private final int rounds;
    private final Pattern wanted;
    private final Random random = new Random(1);
    private final Figures figures = new Figures();

    private HttpReads(Servers node, Path distribution, int documents, Duration time, int rounds, Pattern wanted) {
        this.node = node;
        this.distribution = distribution;
        this.documents = documents;
        this.time = time;
        this.rounds = rounds;
        this.wanted = wanted;
    }

    public static void main(String[] arguments) throws Exception {
        Path distribution = Path.of(arguments[0]).toAbsolutePath();
        int documents = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
        Duration time = Duration.ofSeconds(arguments.length > 2 ? Integer.parseInt(arguments[2]) : 2);
        int rounds = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 3;
        Pattern wanted = Pattern.compile(arguments.length > 4 ? arguments[4] : "");
        boolean encrypted = arguments.length <= 5 || !arguments[5].equals("clear");
        Figures.printMachine();
        try (Servers node = Servers.node(distribution, encrypted)) {
            HttpReads reads = new HttpReads(node, distribution, documents, time, rounds, wanted);
            reads.fill();
            reads.measure();
            if (wanted.matcher("logins").find()) {
                reads.logInBeside();
            }
            reads.figures.print();
        }
    }

    private void fill() throws IOException, InterruptedException {
        String token = node.logIn("bench");
        String rule = "doc.owner == auth.name";
        node.send(
                "POST",
                "/api/v1/collections",
                token,
                "{\"name\":\"cities\",\"indexes\":[[\"country\",\"-population\"],\"population\",[\"owner\",\"-population\"]],"
                        + "\"rules\":{\"list\":\"" + rule + "\",\"read\":\"" + rule + "\"}}",
                201);
        long began = System.nanoTime();
        Wire wire = new HttpWire(
                n -> HttpWire.request("POST", "/api/v1/transactions", token, transaction((int) n * OPERATIONS)), 200);
        try (LoadClient client = new LoadClient(node.address(), 4, wire)) {
            client.count(documents / OPERATIONS);
        }
        System.out.printf(
                "%,d documents of about 300 bytes under 3 indexes, %d to a transaction: %,.0f/s%n",
                documents, OPERATIONS, documents / ((System.nanoTime() - began) / 1e9));
    }

    private String transaction(int from) {
        StringBuilder operations = new StringBuilder("{\"operations\":[");
        for (int n = from; n < from + OPERATIONS; n++) {
            operations
                    .append(n == from ? "" : ",")
                    .append("{\"op\":\"put\",\"collection\":\"cities\",\"document\":\"")
                    .append(id(n))
                    .append("\",\"data\":{\"name\":\"city-")
                    .append(n)
                    .append("\",\"country\":\"C")
                    .append(random.nextInt(COUNTRIES))
                    .append("\",\"owner\":\"")
                    // One hundredth of them is Ann's.
                    .append(n % OWNERS == 0 ? "ann" : "u" + n % OWNERS)
                    .append("\",\"population\":")
                    .append(random.nextInt(10_000_000))
                    .append(",\"about\":\"")
                    .append(ABOUT)
                    .append("\"}}");
        }
        return operations.append("]}").toString();
    }

    private static String id(int n) {
        return String.format("c%08d", n);
    }

    private void measure() throws Exception {
        try (Servers small = Servers.bareJetty(distribution, DOCUMENT_BYTES);
                Servers large = Servers.bareJetty(distribution, LIST_BYTES)) {
            for (int round = -1; round < rounds; round++) {
                String admin = node.logIn("bench");
                String user = node.logIn("ann");
                all(round, "bare Jetty, a document's bytes", small, n -> get(PATH, admin));
                all(round, "by id", node, n -> get(PATH + "/" + id(random.nextInt(documents)), admin));
                all(round, "by id, under a rule", node, n -> get(PATH + "/" + id(ownDocument()), user));
                all(round, "bare Jetty, a list's bytes", large, n -> get(PATH, admin));
                all(round, "filtered and sorted", node, n -> get(PATH + filteredAndSorted(), admin));
                all(round, "range", node, n -> get(PATH + range(), admin));
                all(round, "sorted, under a rule", node, n -> get(PATH + "?sort=-population&limit=20", user));
            }
        }
    }

    private int ownDocument() {
        return random.nextInt(documents / OWNERS) * OWNERS;
    }

    private String filteredAndSorted() {
        return "?filter=country%20%3D%3D%20%22C" + random.nextInt(COUNTRIES) + "%22&sort=-population&limit=20";
    }

    private String range() {
        return "?filter=population%20%3E%3D%20" + random.nextInt(9_900_000) + "&sort=population&limit=20";
    }

    private static byte[] get(String path, String token) {
        return HttpWire.request("GET", path, token, "");
    }

    /** Alone, as fast as it goes, and at half of that. */
    private void all(int round, String what, Servers server, LongFunction<byte[]> requests) throws IOException {
        if (!wanted.matcher(what).find()) {
            return;
        }
        Wire wire = new HttpWire(requests, 200);
        try (LoadClient one = new LoadClient(server.address(), 1, wire);
                LoadClient many = new LoadClient(server.address(), CONNECTIONS, wire)) {
            if (round < 0) {
                figures.run(round, what + ", warming up", server::cpuSeconds, () -> many.closed(WARM_UP));
                return;
            }
            figures.run(round, what + ", alone", server::cpuSeconds, () -> one.closed(time.dividedBy(2)));
            LoadClient.Run most =
                    figures.run(round, what + ", " + CONNECTIONS, server::cpuSeconds, () -> many.closed(time));
            figures.run(round, what + ", half", server::cpuSeconds, () -> many.paced(time, most.perSecond() / 2));
        }
    }

    /** How many logins there can be, then reads at a moderate rate without and with logins beside them. */
    private void logInBeside() throws Exception {
        String token = node.logIn("bench");
        Wire reads = new HttpWire(n -> get(PATH + "/" + id(random.nextInt(documents)), token), 200);
        Duration length = time.multipliedBy(2);
        byte[] login = HttpWire.request("POST", "/api/v1/auth/login", "", Servers.login("ann"));
        try (LoadClient caller = new LoadClient(node.address(), 4, new HttpWire(n -> login, 200))) {
            figures.run(-1, "logins, warming up", node::cpuSeconds, () -> caller.closed(WARM_UP));
            figures.run(0, "logins as fast as they go", node::cpuSeconds, () -> caller.closed(WARM_UP));
        }
        for (int round = 0; round < rounds; round++) {
            int now = round;
            try (LoadClient reader = new LoadClient(node.address(), CONNECTIONS, reads);
                    LoadClient caller = new LoadClient(node.address(), 16, new HttpWire(n -> login, 200))) {
                figures.run(
                        now, "reads without logins", node::cpuSeconds, () -> reader.paced(length, READS_PER_SECOND));
                Thread beside = new Thread(() -> figures.run(
                        now,
                        LOGINS_PER_SECOND + " logins a second",
                        node::cpuSeconds,
                        () -> caller.paced(length, LOGINS_PER_SECOND)));
                beside.start();
                figures.run(now, "reads beside logins", node::cpuSeconds, () -> reader.paced(length, READS_PER_SECOND));
                beside.join();
            }
        }
    }
}
