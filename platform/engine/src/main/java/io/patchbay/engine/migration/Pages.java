package io.patchbay.engine.migration;

/** How many rows to ask for next, so that a page holds about as many bytes as it may. One thread. */
public final class Pages {
    private static final int SMALLEST = 16;

    private final int largest;
    private final long bytes;
    private int rows = SMALLEST;

    public Pages(int largestRows, long pageBytes) {
        this.largest = largestRows;
        this.bytes = pageBytes;
    }

    public int rows() {
        return rows;
    }

    /** @param hadRows not 0 */
    public void had(int hadRows, long hadBytes) {
        long fitting = bytes * hadRows / Math.max(hadBytes, 1);
        rows = (int) Math.max(SMALLEST, Math.min(Math.min(fitting, largest), hadRows * 16L));
    }
}
