package io.patchbay.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.LoginRequest;
import io.patchbay.api.auth.LoginStep;
import io.patchbay.api.document.Value;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class LoginMethodsTest {
    @Test
    void aMethodIsNeverCalledOnTheCallersThread() throws Exception {
        Set<Thread> callers = ConcurrentHashMap.newKeySet();
        AuthFixture.SimpleProviders providers = new AuthFixture.SimpleProviders();
        providers.offer(AuthMethod.class, "m", new AuthMethod() {
            @Override
            public String name() {
                return "m";
            }

            @Override
            public CompletionStage<LoginStep> begin(LoginRequest request) {
                callers.add(Thread.currentThread());
                return CompletableFuture.completedFuture(LoginStep.REFUSED);
            }
        });
        LoginMethods methods = new LoginMethods(providers);
        // Often, for what goes wrong depends on which of two threads is first.
        for (int i = 0; i < 10_000; i++) {
            methods.begin(new LoginRequest("m", Value.struct(), "127.0.0.1"))
                    .toCompletableFuture()
                    .join();
        }
        methods.close();
        assertThat(callers).isNotEmpty().doesNotContain(Thread.currentThread());
    }
}
