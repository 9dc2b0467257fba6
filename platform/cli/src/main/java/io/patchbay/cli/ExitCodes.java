package io.patchbay.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** What scripts learn from a command's end: the one table, which the help and the reference print. */
final class ExitCodes {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_ARGUMENTS = 2;
    static final int NOT_RUNNING = 3;

    /** What a shell makes of Ctrl-C, by which "run" and "watch" are ended. */
    static final int INTERRUPTED = 130;

    private ExitCodes() {}

    /** Meaning by code. */
    static Map<String, String> table() {
        Map<String, String> table = new LinkedHashMap<>();
        table.put(Integer.toString(DONE), "Done.");
        table.put(
                Integer.toString(FAILED),
                "Failed: the node refuses or gives no sign of life in time, a plan has problems, a rule's case fails, or 'doctor' found an error.");
        table.put(Integer.toString(WRONG_ARGUMENTS), "Wrong arguments; nothing was done.");
        table.put(Integer.toString(NOT_RUNNING), "No node runs on this home, or the folder is no home.");
        table.put(Integer.toString(INTERRUPTED), "Ended by Ctrl-C.");
        return table;
    }
}
