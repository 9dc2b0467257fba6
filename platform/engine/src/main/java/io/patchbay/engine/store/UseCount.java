package io.patchbay.engine.store;

import java.time.Duration;

/** Counts the calls into an open store, so that closing it can wait for those under way. Any thread. */
public final class UseCount {
    // Guarded by this.
    private int uses;
    private boolean retired;

    /** Whether the use may begin; then {@link #end} has to follow. */
    public synchronized boolean tryBegin() {
        if (retired) {
            return false;
        }
        uses++;
        return true;
    }

    public synchronized void end() {
        uses--;
        if (uses == 0) {
            notifyAll();
        }
    }

    /**
     * No further use begins; waits, bounded, for those under way.
     *
     * @return whether no use is left
     */
    public synchronized boolean retire(Duration wait) {
        retired = true;
        long deadline = System.nanoTime() + wait.toNanos();
        boolean interrupted = false;
        while (uses > 0) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                interrupted = true;
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return uses == 0;
    }

    /** Allows uses again. */
    public synchronized void revive() {
        retired = false;
    }
}
