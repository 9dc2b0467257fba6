package io.patchbay.launcher;

import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.Constants;

/** What the framework is started with. */
final class FrameworkSettings {

    /** Packages that live once, on the launcher's class path, and that bundles import from the system bundle. */
    private static final String SHARED_PACKAGES = String.join(
            ",",
            "org.slf4j;version=\"2.0.20\"",
            "org.slf4j.event;version=\"2.0.20\"",
            "org.slf4j.helpers;version=\"2.0.20\"",
            "org.slf4j.spi;version=\"2.0.20\"",
            "org.osgi.service.cm;version=\"1.6.1\"",
            "org.osgi.service.component;version=\"1.5.1\"",
            "org.osgi.service.component.runtime;version=\"1.5.1\"",
            "org.osgi.service.component.runtime.dto;version=\"1.5.1\"",
            "org.osgi.service.log;version=\"1.5.0\"",
            "org.osgi.util.function;version=\"1.2.0\"",
            "org.osgi.util.promise;version=\"1.3.0\"");

    /** Above every level that a bundle may have. */
    private static final String LAST_LEVEL = "100";

    private FrameworkSettings() {}

    static Map<String, Object> of(BundleCache cache, Map<String, String> nodeProperties) {
        Map<String, Object> settings = new HashMap<>(nodeProperties);
        settings.put(Constants.FRAMEWORK_STORAGE, cache.folder().toString());
        settings.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, LAST_LEVEL);
        settings.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, SHARED_PACKAGES);
        // A bundle's identity is its digest: an update is installed beside the old version, whatever its name and
        // version say.
        settings.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        // The home's lock covers the cache too.
        settings.put("felix.cache.locking", "false");
        // Nobody needs "new URL("bundle:...")"; the hook for it into the JDK makes JDK 24+ warn.
        settings.put("felix.service.urlhandlers", "false");
        settings.put("felix.log.logger", new FrameworkLog());
        settings.put("felix.log.level", "2");
        settings.put("ds.loglevel", "2");
        return settings;
    }
}
