package io.patchbay.api.plugin;

import java.nio.file.Path;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The plugin manager. A plan changes nothing; a job executes exactly its plan or fails with PLAN_OUTDATED because the world changed. One job at a time. Any thread. */
@ProviderType
public interface Plugins {
    /** Installed plugins by name. */
    List<PluginInfo> list();

    /** NOT_FOUND. */
    PluginInfo get(String name);

    /** What installing this jar (or updating the plugin of its name) would do; the jar is copied, so the file may go. PLUGIN_INVALID says exactly why a jar can't be one. */
    Plan planInstall(Path jar);

    Plan planUninstall(String name);

    /** Back to the version before. CONFLICT if there is none. */
    Plan planRollBack(String name);

    /** Carries it out; a failure leaves everything as it was and says why. */
    Job execute(Plan plan);
}
