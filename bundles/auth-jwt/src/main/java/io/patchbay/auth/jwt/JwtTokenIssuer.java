package io.patchbay.auth.jwt;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Identity;
import io.patchbay.api.auth.Role;
import io.patchbay.api.auth.TokenIssuer;
import io.patchbay.api.crypto.Secrets;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.HealthCheck;
import io.patchbay.api.plugin.Providers;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Reference;

/**
 * Access tokens as JWTs signed with ES256, by keys that are secrets of the node. Nothing of the JOSE library is loaded before the first token, so it costs start-up nothing.
 */
@org.osgi.service.component.annotations.Component(
        service = {TokenIssuer.class, Component.class, HealthCheck.class},
        property = Providers.NAME + "=" + JwtTokenIssuer.NAME)
public final class JwtTokenIssuer implements TokenIssuer, Component, HealthCheck {
    static final String NAME = "jwt";

    private final Secrets secrets;
    private final Clock clock;
    // Set once, by the first thread that needs it; guarded by this for writing.
    private volatile @Nullable JwtTokens tokens;

    @Activate
    public JwtTokenIssuer(@Reference Secrets secrets) {
        this(secrets, Clock.systemUTC());
    }

    JwtTokenIssuer(Secrets secrets, Clock clock) {
        this.secrets = secrets;
        this.clock = clock;
    }

    @Override
    public String issue(Identity identity, Duration lifetime) {
        return tokens().issue(identity, lifetime);
    }

    @Override
    public Identity verify(String token) {
        return tokens().verify(token);
    }

    @Override
    public String jwks() {
        return tokens().jwks();
    }

    /** Issues a token and verifies it. */
    @Override
    public Optional<String> findFault() {
        Identity probe = new Identity("probe", "probe", Optional.of(Role.USER), Optional.empty(), Optional.empty());
        try {
            verify(issue(probe, Duration.ofMinutes(1)));
            return Optional.empty();
        } catch (PatchbayException e) {
            return Optional.of(e.getMessage());
        }
    }

    @Override
    public ComponentState describe() {
        JwtTokens loaded = tokens;
        return loaded == null
                ? ComponentState.of("auth/" + NAME, "idle", Map.of())
                : ComponentState.of("auth/" + NAME, "running", Map.of("keys", Integer.toString(loaded.keyCount())));
    }

    private JwtTokens tokens() {
        JwtTokens loaded = tokens;
        return loaded == null ? load() : loaded;
    }

    private synchronized JwtTokens load() {
        JwtTokens loaded = tokens;
        if (loaded == null) {
            loaded = new JwtTokens(secrets, clock);
            tokens = loaded;
        }
        return loaded;
    }
}
