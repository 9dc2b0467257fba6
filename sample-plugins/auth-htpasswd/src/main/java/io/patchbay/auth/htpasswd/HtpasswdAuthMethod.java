package io.patchbay.auth.htpasswd;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.LoginStep;
import io.patchbay.api.plugin.HealthCheck;
import io.patchbay.api.plugin.Providers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Login by name and password of an Apache htpasswd file, {@code conf/htpasswd} in the node's home (a link may lead elsewhere). It vouches for whoever is in the file; the node makes the account at the first login. Every check costs one hash, whether the name is in
 * the file or not.
 */
@Component(
        service = {AuthMethod.class, HealthCheck.class},
        property = Providers.NAME + "=" + HtpasswdAuthMethod.NAME)
public final class HtpasswdAuthMethod implements AuthMethod, HealthCheck {
    static final String NAME = "htpasswd";
    static final int QUEUE = 128;

    /** bcrypt hashes no more than this; a longer password would be cut silently. */
    private static final int MOST_PASSWORD_BYTES = 72;

    private static final int STOP_SECONDS = 5;

    private final HtpasswdFile file;
    private final ThreadPoolExecutor threads;

    @Activate
    public HtpasswdAuthMethod(BundleContext context) {
        this(Path.of(context.getProperty("patchbay.home"), "conf", "htpasswd"), Clock.systemUTC());
    }

    HtpasswdAuthMethod(Path file, Clock clock) {
        this.file = new HtpasswdFile(file, clock);
        threads = new ThreadPoolExecutor(1, 1, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(QUEUE), task -> {
            Thread thread = new Thread(task, "htpasswd");
            thread.setDaemon(true);
            return thread;
        });
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<LoginStep> begin(LoginRequest request) {
        Optional<String> name = request.fields().findText("identifier");
        Optional<String> password = request.fields().findText("password");
        if (name.isEmpty() || password.isEmpty()) {
            return CompletableFuture.failedFuture(new PatchbayException(
                    ErrorCode.BAD_REQUEST, "Login by htpasswd needs the texts 'identifier' and 'password'."));
        }
        return submit(
                () -> matches(name.get(), password.get()) ? new LoginStep.Vouched(name.get()) : LoginStep.REFUSED);
    }

    /** Who is taken out of the file is logged out when the access token is to be renewed, so within its lifetime. */
    @Override
    public CompletionStage<Boolean> vouches(String accountName) {
        return submit(() -> file.find(accountName).known());
    }

    @Override
    public Optional<String> findFault() {
        try {
            file.find("");
            return Optional.empty();
        } catch (PatchbayException e) {
            return Optional.of(
                    "The file of users can't be read: " + e.getCause().getMessage() + ".");
        }
    }

    @Deactivate
    public void close() throws InterruptedException {
        threads.shutdown();
        threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
        threads.shutdownNow();
    }

    private boolean matches(String name, String password) {
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        // The C libraries that made the hash stop at a NUL; so a password with one has never been set.
        if (bytes.length > MOST_PASSWORD_BYTES || password.indexOf('\0') >= 0) {
            return false;
        }
        HtpasswdFile.Kept kept = file.find(name);
        boolean right = BCrypt.verifyer().verify(bytes, kept.hash().getBytes(StandardCharsets.US_ASCII)).verified;
        return right && kept.known();
    }

    private <T> CompletionStage<T> submit(Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, threads);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(new PatchbayException(
                    ErrorCode.OVERLOADED,
                    "Too many logins wait for their password to be checked; try again in a moment."));
        }
    }
}
