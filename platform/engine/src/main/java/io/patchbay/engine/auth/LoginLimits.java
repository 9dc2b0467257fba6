package io.patchbay.engine.auth;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How often a login may fail, by address and by who is claimed to log in; a login that succeeds costs nothing. Failures beyond the limit that were under way already count too. Any thread.
 */
final class LoginLimits {
    /** Failures in a row from one address; one more is allowed every second. */
    static final int PER_ADDRESS = 60;

    static final Duration PER_ADDRESS_REFILL = Duration.ofMinutes(1);
    /** Failures in a row for one identity, from anywhere; one more is allowed every 15 s. */
    static final int PER_IDENTITY = 20;

    static final Duration PER_IDENTITY_REFILL = Duration.ofMinutes(5);
    /** Addresses and identities that are remembered, each; the one unused for longest goes. */
    static final int REMEMBERED = 10_000;
    /** Those whose first characters are the same share a limit, so that nobody is remembered at length. */
    static final int IDENTITY_CHARS = 256;

    private final Map<String, Bucket> addresses = new Remembered();
    private final Map<String, Bucket> identities = new Remembered();
    private final TimeMeter time;

    LoginLimits(Clock clock) {
        this.time = new ClockTimeMeter(clock);
    }

    /** @throws PatchbayException RATE_LIMITED, with {@code retryAfter} in seconds among the details */
    void require(String address, String identity) {
        long waitNanos = Math.max(wait(addressBucket(address)), wait(identityBucket(identity)));
        if (waitNanos > 0) {
            long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(waitNanos + TimeUnit.SECONDS.toNanos(1) - 1));
            throw new PatchbayException(
                    ErrorCode.RATE_LIMITED,
                    "Too many logins have failed; try again in " + seconds + " s.",
                    Map.of("retryAfter", seconds));
        }
    }

    /** Who is claimed to log in, as it is remembered. */
    static String identity(String method, String name) {
        String whole = method + " " + name;
        return whole.substring(0, Math.min(whole.length(), IDENTITY_CHARS));
    }

    void failed(String address, String identity) {
        addressBucket(address).consumeIgnoringRateLimits(1);
        identityBucket(identity).consumeIgnoringRateLimits(1);
    }

    /** It failed without saying who it would have been. */
    void failed(String address) {
        addressBucket(address).consumeIgnoringRateLimits(1);
    }

    /** How many addresses and identities are remembered now. */
    int remembered() {
        return size(addresses) + size(identities);
    }

    private static int size(Map<String, Bucket> buckets) {
        synchronized (buckets) {
            return buckets.size();
        }
    }

    private static long wait(Bucket bucket) {
        return bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
    }

    private Bucket addressBucket(String address) {
        return bucket(addresses, network(address), PER_ADDRESS, PER_ADDRESS_REFILL);
    }

    private Bucket identityBucket(String identity) {
        return bucket(identities, identity, PER_IDENTITY, PER_IDENTITY_REFILL);
    }

    private Bucket bucket(Map<String, Bucket> buckets, String key, int capacity, Duration refill) {
        synchronized (buckets) {
            return buckets.computeIfAbsent(
                    key,
                    absent -> Bucket.builder()
                            .addLimit(limit -> limit.capacity(capacity).refillGreedy(capacity, refill))
                            .withCustomTimePrecision(time)
                            .build());
        }
    }

    /** Whoever has one IPv6 address has the 2^64 of its network. */
    static String network(String address) {
        String[] groups = address.split(":", -1);
        if (groups.length < 3) {
            return address;
        }
        boolean written = groups.length == 8 && !address.contains("::");
        return written ? String.join(":", groups[0], groups[1], groups[2], groups[3]) : address;
    }

    private static final class Remembered extends LinkedHashMap<String, Bucket> {
        private static final long serialVersionUID = 1L;

        Remembered() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > REMEMBERED;
        }
    }

    private record ClockTimeMeter(Clock clock) implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return TimeUnit.MILLISECONDS.toNanos(clock.millis());
        }

        @Override
        public boolean isWallClockBased() {
            return true;
        }
    }
}
