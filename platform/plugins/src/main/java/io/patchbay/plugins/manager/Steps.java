package io.patchbay.plugins.manager;

import io.patchbay.api.plugin.JobControl;
import io.patchbay.api.plugin.Plan;
import java.util.Optional;

/** How far the carrying out of one plan is: told to the job before each step and written to the journal after it. Used by the job's thread. */
final class Steps {
    private final Journal journal;
    private final JobControl control;
    private final int planned;
    private Journal.Entry entry;
    private int done;

    Steps(Journal journal, JobControl control, Plan plan, Intent intent) {
        this.journal = journal;
        this.control = control;
        this.planned = plan.steps().size();
        this.entry = new Journal.Entry(
                intent.kind().word(), intent.plugin(), intent.wantedDigest(), intent.sourceFile(), Optional.empty());
    }

    /** Written before the first step: from then on a node that is killed finishes or undoes it. */
    void begin() {
        journal.write(entry);
    }

    void carryOut(Step step, Runnable work) {
        announce(step);
        work.run();
        done(step);
    }

    void announce(Step step) {
        control.progress(step.words(), done, planned, "steps");
    }

    void done(Step step) {
        done++;
        entry = entry.after(step);
        journal.write(entry);
        Failpoints.reach(step.failpoint());
    }

    /** Nothing is left to finish or to undo. */
    void end() {
        journal.end();
    }
}
