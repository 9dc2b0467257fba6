package io.patchbay.plugins.manager;

import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/**
 * A version of a plugin that is about to be removed, or was: what is needed to say later who holds it, and nothing that would.
 *
 * @param bundleId of its bundle
 * @param packages names of the packages whose classes it brought
 * @param threads ids of those that ran before its successor came
 */
record Removed(
        String plugin,
        String version,
        long bundleId,
        WeakReference<ClassLoader> loader,
        Set<String> packages,
        Set<Long> threads) {
    /**
     * While the bundle is still there, and runs.
     *
     * @param threads ids of those that ran before its successor came
     */
    static Removed of(Bundle bundle, Set<Long> threads) {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        Collection<String> classes = wiring == null
                ? List.of()
                : wiring.listResources(
                        "/", "*.class", BundleWiring.LISTRESOURCES_RECURSE | BundleWiring.LISTRESOURCES_LOCAL);
        return new Removed(
                bundle.getSymbolicName(),
                bundle.getVersion().toString(),
                bundle.getBundleId(),
                new WeakReference<>(wiring == null ? null : wiring.getClassLoader()),
                classes.stream()
                        .filter(path -> path.contains("/"))
                        .map(path -> path.substring(0, path.lastIndexOf('/')).replace('/', '.'))
                        .collect(Collectors.toUnmodifiableSet()),
                threads);
    }

    boolean owns(@Nullable Object object) {
        return object != null && isOf(object.getClass().getClassLoader());
    }

    boolean isOf(@Nullable ClassLoader asked) {
        return asked != null && loader.refersTo(asked);
    }
}
