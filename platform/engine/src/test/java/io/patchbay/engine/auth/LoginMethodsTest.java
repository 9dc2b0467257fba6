package io.patchbay.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.document.Value;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class LoginMethodsTest {
    @Test
    void aMethodIsNeverCalledOnTheCallersThread() {
        Set<Thread> callers = ConcurrentHashMap.newKeySet();
        AuthFixture.SimpleProviders providers = new AuthFixture.SimpleProviders();
        providers.offer(AuthMethod.class, "m", new AuthMethod() {
            @Override
            public String name() {
                return "m";
            }

            @Override
            public CompletionStage<String> authenticate(LoginRequest request) {
                callers.add(Thread.currentThread());
                return CompletableFuture.completedFuture("ann");
            }

            @Override
            public CompletionStage<String> enrol(String secret) {
                throw new UnsupportedOperationException(secret);
            }
        });
        LoginMethods methods = new LoginMethods(providers);
        // Often, for what goes wrong depends on which of two threads is first.
        for (int i = 0; i < 10_000; i++) {
            methods.authenticate(new LoginRequest("m", Value.struct(), "127.0.0.1"))
                    .toCompletableFuture()
                    .join();
        }
        methods.close();
        assertThat(callers).isNotEmpty().doesNotContain(Thread.currentThread());
    }
}
