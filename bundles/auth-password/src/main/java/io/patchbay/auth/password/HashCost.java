package io.patchbay.auth.password;

/**
 * How dear a hash is.
 *
 * @param memoryKib memory in KiB
 * @param iterations passes over the memory
 * @param parallelism lanes
 */
record HashCost(int memoryKib, int iterations, int parallelism) {
    /**
     * Of the parameters that OWASP lists as equally strong for Argon2id, those that take least: 7 MiB, five passes, one lane; about 26 ms of one core, where 19 MiB in two passes take 33 ms.
     */
    static final HashCost DEFAULT = new HashCost(7 * 1024, 5, 1);

    /** What a stored string may ask of this node; beyond it, it was not written by a sane program. */
    private static final int MOST_MEMORY_KIB = 1 << 20;

    private static final int MOST_ITERATIONS = 64;
    private static final int MOST_LANES = 16;

    HashCost {
        boolean sane = parallelism >= 1
                && parallelism <= MOST_LANES
                && iterations >= 1
                && iterations <= MOST_ITERATIONS
                && memoryKib >= 8 * parallelism
                && memoryKib <= MOST_MEMORY_KIB;
        if (!sane) {
            throw new IllegalArgumentException("m=" + memoryKib + ",t=" + iterations + ",p=" + parallelism
                    + " are no parameters for Argon2id here");
        }
    }
}
