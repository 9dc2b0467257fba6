package io.patchbay.engine.hooks;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Isolates a hook that fails {@link #FAILURES} times in a row: it is not called for a second, then one call is let through to see; if that fails too it is isolated for twice as long, up to
 * {@link #LONGEST}. Any thread.
 */
final class Breaker {
    static final int FAILURES = 5;
    static final Duration SHORTEST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofSeconds(30);

    private enum State {
        CLOSED,
        OPEN,
        PROBING
    }

    private final Clock clock;
    // All guarded by this.
    private State state = State.CLOSED;
    private int failures;
    private Duration isolation = SHORTEST;
    private Instant until = Instant.EPOCH;
    private String reason = "";

    Breaker(Clock clock) {
        this.clock = clock;
    }

    /** Whether a call may be made; then {@link #succeeded}, {@link #failed} or {@link #abandoned} must follow. */
    synchronized boolean tryEnter() {
        switch (state) {
            case CLOSED -> {
                return true;
            }
            case PROBING -> {
                return false;
            }
            case OPEN -> {
                if (clock.instant().isBefore(until)) {
                    return false;
                }
                state = State.PROBING;
                return true;
            }
        }
        throw new IllegalStateException();
    }

    synchronized void succeeded() {
        // A call that began before the isolation says nothing about now.
        if (state != State.OPEN) {
            state = State.CLOSED;
            failures = 0;
            isolation = SHORTEST;
        }
    }

    /** @return whether it is isolated because of this failure */
    synchronized boolean failed(String why) {
        failures++;
        reason = why;
        if (state == State.PROBING) {
            Duration doubled = isolation.multipliedBy(2);
            isolation = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        } else if (state == State.OPEN || failures < FAILURES) {
            return false;
        }
        state = State.OPEN;
        until = clock.instant().plus(isolation);
        return true;
    }

    /** The call was not made after all. */
    synchronized void abandoned() {
        if (state == State.PROBING) {
            state = State.OPEN;
        }
    }

    /** Until when it is isolated; empty if it is not. */
    synchronized Optional<Instant> isolatedUntil() {
        return state == State.CLOSED ? Optional.empty() : Optional.of(until);
    }

    synchronized boolean isProbing() {
        return state == State.PROBING;
    }

    /** Why the last call failed; empty if none has. */
    synchronized Optional<String> lastFailure() {
        return Optional.of(reason).filter(text -> !text.isEmpty());
    }
}
