package io.patchbay.plugins.manager;

import io.patchbay.api.plugin.JobControl;

/** For work that can be a job's, but is done while its caller waits: nobody watches it, and nobody can cancel it. */
enum UnwatchedControl implements JobControl {
    INSTANCE;

    @Override
    public void progress(String phase, long done, long total, String unit) {}

    @Override
    public void checkCancelled() {}

    @Override
    public void pointOfNoReturn() {}
}
