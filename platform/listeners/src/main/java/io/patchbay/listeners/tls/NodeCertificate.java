package io.patchbay.listeners.tls;

import io.patchbay.api.PatchbayException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that new connections get. Once {@link #watch watched}, its files are looked at every second: changed ones are taken once they hold still for a look, whole or not at all.
 *
 * <p>The files' content is compared, not their times: that sees every change, also behind symbolic links, and they are small. Engines are made by any thread; {@link #look} is called by
 * one at a time.
 */
public final class NodeCertificate implements AutoCloseable {
    /** Before its end this long a certificate is worth a warning. */
    static final Duration SOON = Duration.ofDays(14);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(NodeCertificate.class);

    private record Serving(ServerCertificate certificate, CertificateNames names, TlsContext context) {
        Serving(ServerCertificate certificate) {
            this(certificate, CertificateNames.of(certificate.leaf()), new TlsContext(certificate));
        }
    }

    private final TlsSettings settings;
    private final Function<String, Optional<String>> environment;
    private final Clock clock;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Serving serving;
    private volatile @Nullable String problem;
    private @Nullable Thread watcher;

    // Of the looking thread.
    private String taken;
    private String seen;
    private String refused = "";
    private String warned = "";

    private NodeCertificate(TlsSettings settings, Function<String, Optional<String>> environment, Clock clock) {
        this.settings = settings;
        this.environment = environment;
        this.clock = clock;
        this.taken = digest();
        this.seen = taken;
        this.serving = new Serving(ServerCertificate.read(settings, environment));
    }

    /**
     * Reads it. One that is out of date is taken, with a warning: a node that can be reached helps more than none.
     *
     * @throws PatchbayException VALUE_INVALID, in a sentence for the operator
     */
    public static NodeCertificate open(
            TlsSettings settings, Function<String, Optional<String>> environment, Clock clock) {
        return new NodeCertificate(settings, environment, clock);
    }

    /**
     * Reads another one to take this one's place.
     *
     * @throws PatchbayException as {@link #open}, and if the other one has expired while this one has not
     */
    public NodeCertificate openNext(TlsSettings next) {
        NodeCertificate opened = new NodeCertificate(next, environment, clock);
        requireNoWorse(opened.serving.certificate, next);
        return opened;
    }

    /** Follows the files from now on. */
    public synchronized void watch() {
        if (watcher == null) {
            warnOfDates();
            Thread thread = new Thread(this::lookUntilClosed, "patchbay-certificate");
            thread.setDaemon(true);
            thread.start();
            watcher = thread;
        }
    }

    public TlsSettings settings() {
        return settings;
    }

    /** For a new connection. */
    public SSLEngine engine(boolean http) {
        return serving.context.engine(http);
    }

    public Instant notAfter() {
        return serving.certificate.notAfter();
    }

    /** For the operator. */
    public String describe() {
        Serving now = serving;
        return "names " + now.names + ", until " + now.certificate.notAfter();
    }

    /** Why the files that are there now are not what is served; empty while they are. */
    public Optional<String> findProblem() {
        return Optional.ofNullable(problem);
    }

    /** What a client should call a node that listens on {@code address}: by what is certified and leads there, else by the address. */
    public String host(InetAddress address) {
        CertificateNames names = serving.names;
        String literal = bracketed(address.getHostAddress());
        if (names.covers(address)) {
            return literal;
        }
        if (address.isLoopbackAddress()) {
            // No other name leads to it.
            return names.coversLocalhost() ? CertificateNames.LOCALHOST : literal;
        }
        return names.first().map(NodeCertificate::bracketed).orElse(literal);
    }

    @Override
    public void close() {
        closed.countDown();
        Thread running;
        synchronized (this) {
            running = watcher;
        }
        if (running != null) {
            try {
                running.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String bracketed(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    private void lookUntilClosed() {
        try {
            while (!closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread but a stopping virtual machine.
            Thread.currentThread().interrupt();
        }
    }

    void look() {
        String now = digest();
        if (now.equals(taken)) {
            problem = null;
            refused = "";
        } else if (now.equals(seen) && !now.equals(refused)) {
            // Held still since the last look: a certificate and its key are rarely replaced in one instant.
            take(now);
        }
        seen = now;
        warnOfDates();
    }

    private void take(String digest) {
        try {
            ServerCertificate next = ServerCertificate.read(settings, environment);
            requireNoWorse(next, settings);
            serving = new Serving(next);
            taken = digest;
            problem = null;
            LOG.info("New connections get the certificate that is now in {}: {}", settings.certificate(), describe());
        } catch (PatchbayException e) {
            refuse(digest, e.getMessage());
        } catch (RuntimeException e) {
            LOG.debug("A changed certificate can't be read", e);
            refuse(digest, "The file " + settings.certificate() + " can't be read: " + e + ".");
        }
    }

    private void refuse(String digest, String sentence) {
        refused = digest;
        problem = sentence + " The certificate that was read before stays in use.";
        LOG.error("{}", problem);
    }

    private void requireNoWorse(ServerCertificate next, TlsSettings from) {
        Instant now = clock.instant();
        if (next.expired(now) && !serving.certificate.expired(now)) {
            throw TlsSettings.invalid("The certificate in " + from.certificate() + " expired on " + next.notAfter()
                    + ", while the one in use is good until " + notAfter() + ".");
        }
    }

    /** Once for each thing to say of each certificate. */
    private void warnOfDates() {
        findDateWarning(serving.certificate, settings, clock.instant())
                .filter(warning -> !warning.equals(warned))
                .ifPresent(warning -> {
                    warned = warning;
                    LOG.warn("{}", warning);
                });
    }

    static Optional<String> findDateWarning(ServerCertificate certificate, TlsSettings settings, Instant now) {
        String subject = "The certificate in " + settings.certificate();
        if (certificate.expired(now)) {
            return Optional.of(subject + " expired on " + certificate.notAfter()
                    + ", so clients refuse it; put a new one there, which is taken at once.");
        }
        if (now.isBefore(certificate.notBefore())) {
            return Optional.of(subject + " is valid from " + certificate.notBefore()
                    + " on, so clients refuse it until then; is the clock of this machine right?");
        }
        if (now.plus(SOON).isAfter(certificate.notAfter())) {
            return Optional.of(subject + " expires on " + certificate.notAfter()
                    + "; put a new one there, which is taken at once.");
        }
        return Optional.empty();
    }

    private String digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : settings.files()) {
                digest.update((byte) 0);
                digest.update(content(file));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] content(Path file) {
        try {
            return Files.size(file) > ServerCertificate.LONGEST_FILE_BYTES ? new byte[0] : Files.readAllBytes(file);
        } catch (IOException e) {
            return new byte[0];
        }
    }
}
