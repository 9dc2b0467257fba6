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

    /**
     * The same of a jar that came under another name than its file has here.
     *
     * @param shownName what sentences call it
     */
    Plan planInstall(Path jar, String shownName);

    /** The same with what the operator accepts. */
    Plan planInstall(Path jar, String shownName, PlanOptions options);

    /**
     * The same of the jar at an address, which is downloaded first: waits for that, at most {@link io.patchbay.api.Limits#REQUEST}.
     *
     * @param url {@code https}, or {@code http} to this very machine
     * @param sha256 the jar's digest in hex, without which nothing that comes from an address is trusted
     * @throws io.patchbay.api.PatchbayException BAD_REQUEST for an address or digest that is none, PLUGIN_INVALID if what came is not what the digest says, UNAVAILABLE if nothing came
     */
    Plan planInstallFrom(String url, String sha256);

    /** Downloads, plans and carries out, as one job whose progress counts the bytes first; its failures are those of {@link #planInstallFrom} and {@link #execute}. */
    Job installFrom(String url, String sha256);

    Plan planUninstall(String name);

    /** To run again what was stopped, or what failed. CONFLICT, as a problem of the plan, if it runs. */
    Plan planStart(String name);

    /** To be there without serving, also after a restart. CONFLICT, as a problem of the plan, if it is stopped. */
    Plan planStop(String name);

    /** Back to the version before. CONFLICT if there is none. */
    Plan planRollBack(String name);

    /** Carries it out; a failure leaves everything as it was and says why. */
    Job execute(Plan plan);

    /**
     * A plan that was kept somewhere, perhaps since before the node was restarted, made ready for {@link #execute}. Its jar must still be here: the node keeps those of the last plans for a day.
     *
     * @throws io.patchbay.api.PatchbayException PLAN_OUTDATED, saying what has changed since or that the jar is gone; BAD_REQUEST if this node did not make it, or it was changed
     */
    Plan reopen(Plan kept);

    /** The same with the jar given again; PLUGIN_INVALID if it is not the very one. */
    Plan reopen(Plan kept, Path jar);

    /** What became of the versions that were removed since the node started, newest first; the last 100. */
    List<PluginReceipt> receipts();

    /** Asks Java for one garbage collection, so that nothing is pending any more, and waits for it: all requests stand still meanwhile, so only an operator may wish it. The receipts after it. */
    List<PluginReceipt> collect();
}
