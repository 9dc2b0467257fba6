package io.patchbay.plugins.manager;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether a garbage collection that unloads classes has run since it was made: a class loader that nobody holds, with a class of its own, goes with the first that does. Most collections
 * unload none, so that a class loader that is still there means nothing before.
 */
final class UnloadSentinel {
    private final WeakReference<ClassLoader> loader;
    private final boolean made;

    UnloadSentinel() {
        ClassLoader own = makeLoader();
        made = own != null;
        loader = new WeakReference<>(own);
    }

    /** False for ever if the class could not be made. */
    boolean isUnloaded() {
        return made && loader.refersTo(null);
    }

    private static @Nullable ClassLoader makeLoader() {
        String name = Probe.class.getName();
        try (InputStream in = UnloadSentinel.class.getResourceAsStream("/" + name.replace('.', '/') + ".class")) {
            if (in == null) {
                return null;
            }
            return new Loader(name, in.readAllBytes());
        } catch (IOException e) {
            return null;
        }
    }

    private static final class Loader extends ClassLoader {
        Loader(String name, byte[] bytes) {
            super(null);
            defineClass(name, bytes, 0, bytes.length);
        }
    }

    /** What is made again in the loader; does nothing. */
    private static final class Probe {}
}
