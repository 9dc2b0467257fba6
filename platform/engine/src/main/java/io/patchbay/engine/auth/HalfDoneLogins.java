package io.patchbay.engine.auth;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The logins between two steps, in memory: a restart of the node ends them. Each is found by an id that nobody can guess, from the network that it began in, and taken once. When there are too
 * many the oldest goes, of the same network first, so that one who begins logins without end pushes out mostly his own. Any thread.
 */
final class HalfDoneLogins {
    static final Duration LIFETIME = Duration.ofMinutes(5);
    static final int MOST = 4096;
    static final int PER_NETWORK = 256;
    /** Steps of one login. */
    static final int STEPS = 10;
    /** What a method may want to know at the next step. */
    static final int STATE_BYTES = 4096;

    /** That one challenge asks for. */
    static final int FIELDS = 16;

    private static final int ID_BYTES = 32;

    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    // Both guarded by this; oldest first, so those whose time is over stand in front.
    private final Map<String, HalfDoneLogin> logins = new LinkedHashMap<>();
    private final Map<String, Deque<String>> byNetwork = new HashMap<>();

    HalfDoneLogins(Clock clock) {
        this.clock = clock;
    }

    Instant expiry() {
        return clock.instant().plus(LIFETIME);
    }

    /** Keeps it; returns its id. */
    String add(HalfDoneLogin login) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(id);
        put(text, login);
        return text;
    }

    /** It was taken, but not used: it can be taken again, unless its time is over. */
    synchronized void putBack(String id, HalfDoneLogin login) {
        put(id, login);
    }

    synchronized Optional<HalfDoneLogin> find(String id, String network) {
        dropExpired();
        return Optional.ofNullable(logins.get(id))
                .filter(login -> login.network().equals(network))
                .filter(login -> clock.instant().isBefore(login.expiresAt()));
    }

    /** Of several who come with one id, one gets it. */
    synchronized boolean take(String id, HalfDoneLogin login) {
        if (logins.get(id) != login) {
            return false;
        }
        remove(id);
        return true;
    }

    synchronized int size() {
        dropExpired();
        return logins.size();
    }

    synchronized long count(String method) {
        dropExpired();
        return logins.values().stream()
                .filter(login -> login.method().equals(method))
                .count();
    }

    private synchronized void put(String id, HalfDoneLogin login) {
        dropExpired();
        Deque<String> neighbours = byNetwork.computeIfAbsent(login.network(), absent -> new ArrayDeque<>());
        if (neighbours.size() >= PER_NETWORK) {
            remove(neighbours.getFirst());
        } else if (logins.size() >= MOST) {
            remove(logins.keySet().iterator().next());
        }
        logins.put(id, login);
        byNetwork.computeIfAbsent(login.network(), absent -> new ArrayDeque<>()).addLast(id);
    }

    private void dropExpired() {
        Instant now = clock.instant();
        Iterator<HalfDoneLogin> oldest = logins.values().iterator();
        int expired = 0;
        while (oldest.hasNext() && !now.isBefore(oldest.next().expiresAt())) {
            expired++;
        }
        for (int i = 0; i < expired; i++) {
            remove(logins.keySet().iterator().next());
        }
    }

    private void remove(String id) {
        HalfDoneLogin removed = logins.remove(id);
        if (removed != null) {
            byNetwork.computeIfPresent(removed.network(), (network, ids) -> {
                ids.remove(id);
                return ids.isEmpty() ? null : ids;
            });
        }
    }
}
