package io.patchbay.api.plugin;

import org.osgi.annotation.versioning.ProviderType;

/** What the body of a job tells of itself. Used by the job's thread. */
@ProviderType
public interface JobControl {
    /** @param unit what is counted, such as {@code documents}; {@code total} 0 while unknown */
    void progress(String phase, long done, long total, String unit);

    /** @throws io.patchbay.api.PatchbayException CANCELLED if the job was asked to stop */
    void checkCancelled();

    /** From now on it can't be cancelled. */
    void pointOfNoReturn();
}
