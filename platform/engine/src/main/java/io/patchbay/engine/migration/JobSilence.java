package io.patchbay.engine.migration;

import io.patchbay.api.plugin.JobControl;

/** For work that no job waits for. */
public enum JobSilence implements JobControl {
    INSTANCE;

    @Override
    public void progress(String phase, long done, long total, String unit) {
        // Nobody looks.
    }

    @Override
    public void checkCancelled() {
        // Nobody can cancel it.
    }

    @Override
    public void pointOfNoReturn() {
        // It can't be cancelled anyway.
    }
}
