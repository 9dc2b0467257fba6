package io.patchbay.api.metrics;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** What the node's meters say; a service, for exporters. */
@ProviderType
public interface MetricReadings {
    /** Everything now, by name. Any thread; reads every gauge, none of which waits. A gauge that fails is left out. */
    List<MetricFamily> collect();
}
