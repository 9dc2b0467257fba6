package io.patchbay.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server in a process of its own: a node of the unpacked distribution, in a new home, or the bare Jetty of the same distribution. Ends with {@link #close}. */
final class Servers implements AutoCloseable {
    static final String PASSWORD = "correct horse battery staple";
    private static final long JOB_POLL_MS = 10;
    private static final Pattern READY = Pattern.compile("\\bready (http://\\S+)");
    private static final Pattern TOKEN = Pattern.compile("\"accessToken\":\"([^\"]+)\"");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process process;
    private final Path home;
    private final URI address;

    private Servers(Process process, Path home) throws IOException {
        this.process = process;
        this.home = home;
        this.address = awaitReady();
    }

    /** A node with the users {@code bench}, an admin, and {@code ann}, none. */
    static Servers node(Path distribution) throws IOException, InterruptedException {
        return node(distribution, true);
    }

    /** @param encrypted whether its stores are */
    static Servers node(Path distribution, boolean encrypted) throws IOException, InterruptedException {
        Path patchbay = distribution.resolve("bin/patchbay");
        Path home = Files.createTempDirectory("patchbay-bench");
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/patchbay.yaml"), "encryption: {enabled: " + encrypted + "}\n");
        addUser(patchbay, home, "bench", "admin");
        addUser(patchbay, home, "ann", "user");
        return new Servers(start(patchbay.toString(), "run", "--home", home.toString(), "--port", "0"), home);
    }

    /** @param answerBytes how long its answers are */
    static Servers bareJetty(Path distribution, int answerBytes) throws IOException {
        return reference(distribution, BareJetty.class, answerBytes);
    }

    /** @param eventBytes how long the ready frames are */
    static Servers bareWebSocket(Path distribution, int eventBytes) throws IOException {
        return reference(distribution, BareWebSocket.class, eventBytes);
    }

    private static Servers reference(Path distribution, Class<?> server, int bytes) throws IOException {
        String classes = Path.of(BareJetty.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
        // Without logback, which says everything that Jetty does as long as nobody configures it: at a third of the
        // speed.
        String classPath = classes + ":" + distribution.resolve("bundles") + "/*:" + slf4j(distribution);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new Servers(
                start(java, "-cp", classPath, server.getName(), Integer.toString(bytes)),
                Files.createTempDirectory("patchbay-bench"));
    }

    private static Path slf4j(Path distribution) throws IOException {
        try (Stream<Path> files = Files.list(distribution.resolve("lib"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("slf4j-api"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("There is no slf4j-api in " + distribution));
        }
    }

    /** CPU time of the process so far, which says what a request costs even where others share the machine. */
    double cpuSeconds() {
        return process.toHandle()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toNanos()
                / 1e9;
    }

    /** A command of the node's command line, from its start to its end. */
    void command(Path distribution, String... words) throws IOException, InterruptedException {
        String[] command = Stream.concat(
                        Stream.of(distribution.resolve("bin/patchbay").toString()),
                        Stream.concat(Stream.of(words), Stream.of("--home", home.toString())))
                .toArray(String[]::new);
        requireSuccess(start(command));
    }

    long pid() {
        return process.pid();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(address.getHost(), address.getPort());
    }

    /** An access token. */
    String logIn(String user) throws IOException, InterruptedException {
        String answer = send("POST", "/api/v1/auth/login", "", login(user), 200);
        Matcher found = TOKEN.matcher(answer);
        if (!found.find()) {
            throw new IOException("There is no token in " + answer);
        }
        return found.group(1);
    }

    static String login(String user) {
        return "{\"method\":\"password\",\"identifier\":\"" + user + "\",\"password\":\"" + PASSWORD + "\"}";
    }

    String send(String method, String path, String token, String body, int status)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve(path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() != status) {
            throw new IOException(path + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    /** Writes a file of the node's home. */
    void write(String path, String content) throws IOException {
        Path file = home.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    /** Asks for something long, and waits until it is done, which it must be well. */
    void job(String method, String path, String token, String contentType, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve(path))
                .header("Content-Type", contentType)
                .header("Authorization", "Bearer " + token)
                .method(method, BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<String> accepted = http.send(request, BodyHandlers.ofString());
        if (accepted.statusCode() != 202) {
            throw new IOException(path + " answered " + accepted.statusCode() + ": " + accepted.body());
        }
        String job = accepted.headers().firstValue("Location").orElseThrow();
        String state = send("GET", job, token, "", 200);
        while (state.contains("\"state\":\"running\"")) {
            TimeUnit.MILLISECONDS.sleep(JOB_POLL_MS);
            state = send("GET", job, token, "", 200);
        }
        if (!state.contains("\"state\":\"succeeded\"")) {
            throw new IOException(path + ": " + state);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.destroy();
        process.waitFor();
        Folders.delete(home);
    }

    private static void addUser(Path patchbay, Path home, String name, String role)
            throws IOException, InterruptedException {
        Process process = start(
                patchbay.toString(),
                "user",
                "add",
                name,
                "--role",
                role,
                "--password-stdin",
                "--home",
                home.toString());
        process.getOutputStream().write((PASSWORD + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        requireSuccess(process);
    }

    private static void requireSuccess(Process command) throws IOException, InterruptedException {
        String output = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (command.waitFor() != 0) {
            throw new IOException(output);
        }
    }

    private static Process start(String... command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private URI awaitReady() throws IOException {
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder seen = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher found = READY.matcher(line);
            if (found.find()) {
                Thread drain = new Thread(() -> readOn(output));
                drain.setDaemon(true);
                drain.start();
                return URI.create(found.group(1));
            }
            seen.append(line).append('\n');
        }
        throw new IOException("The server ended before it was ready: " + seen);
    }

    /** So that the server never waits for somebody to read its log. */
    private static void readOn(BufferedReader output) {
        try {
            output.transferTo(Writer.nullWriter());
        } catch (IOException e) {
            // The server has ended.
        }
    }
}
