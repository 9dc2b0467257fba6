package io.patchbay.api.plugin;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The upgrade of the whole distribution, in place, under the node that runs from it. What can be swapped is swapped; the node restarts only if the platform changes. A version that does not get
 * ready after such a restart is taken back. Any thread; every call may wait for the disk.
 */
@ProviderType
public interface Upgrades {
    /** What the distribution in this zip file would change. PLUGIN_INVALID says exactly why a file can't be one. */
    UpgradePlan plan(Path zip);

    /** What going back to the distribution before the last upgrade would change. CONFLICT if there is none. */
    UpgradePlan planBack();

    /** Carries it out; a failure leaves everything as it was. PLAN_OUTDATED if the world changed. If the node has to restart, it does once the job has ended. */
    Job execute(UpgradePlan plan);
}
