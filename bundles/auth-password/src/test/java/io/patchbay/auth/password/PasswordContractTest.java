package io.patchbay.auth.password;

import io.patchbay.api.auth.AuthMethod;
import io.patchbay.testkit.AuthMethodContract;
import io.patchbay.testkit.session.MemoryMetrics;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class PasswordContractTest extends AuthMethodContract {
    private static final String PASSWORD = "correct horse battery";

    private final FakeAccounts accounts = new FakeAccounts();
    private final PasswordAuthMethod method =
            new PasswordAuthMethod(accounts, new MemoryMetrics(), HashingThreads.QUEUE);
    private final PasswordAuthMethod another =
            new PasswordAuthMethod(accounts, new MemoryMetrics(), HashingThreads.QUEUE);

    @BeforeEach
    void addAnn() {
        accounts.add(
                "ann",
                false,
                Map.of("password", method.enrol(PASSWORD).toCompletableFuture().join()));
    }

    @AfterEach
    void close() {
        method.close();
        another.close();
    }

    @Override
    protected AuthMethod method() {
        return method;
    }

    @Override
    protected AuthMethod anotherInstance() {
        return another;
    }

    @Override
    protected Map<String, String> rightFields() {
        return Map.of("identifier", "ann", "password", PASSWORD);
    }
}
