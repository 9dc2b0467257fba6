package io.patchbay.plugins.switchboard;

import io.patchbay.api.plugin.Providers;
import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;

/** As much of a framework as the slots of one type see of it, and nothing that a model checker would have to look into: versions of one service, each of a bundle of its own. */
final class Versions {
    static final String NAME = "a";

    /** They have no state, so all tests share them. */
    private static final List<Bundle> BUNDLES =
            IntStream.range(0, 64).mapToObj(Versions::bundle).toList();

    /** It gives out what a reference has. */
    static final BundleContext CONTEXT = fake(
            BundleContext.class,
            (method, arguments) -> method.equals("getServiceObjects") ? ((Reference) arguments[0]).objects : null,
            -1);

    private Versions() {}

    /** One version of the service. */
    static final class Version {
        private final Reference reference;
        private volatile boolean stopped;

        Version(int number) {
            reference = new Reference(number, this);
        }

        int number() {
            return reference.number;
        }

        ServiceReference<Object> reference() {
            return reference;
        }

        /** From now on nobody may call it. */
        void stop() {
            stopped = true;
        }

        boolean stopped() {
            return stopped;
        }
    }

    private interface Answers {
        @Nullable
        Object answer(String method, Object[] arguments);
    }

    private static Bundle bundle(int number) {
        return fake(Bundle.class, (method, arguments) -> method.equals("getBundleId") ? (long) number : null, number);
    }

    private static <T> T fake(Class<T> type, Answers answers, int number) {
        return type.cast(Proxy.newProxyInstance(
                Versions.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    Object answer = answers.answer(method.getName(), arguments);
                    if (answer != null) {
                        return answer;
                    }
                    return switch (method.getName()) {
                        case "equals" -> proxy == arguments[0];
                        case "hashCode" -> number;
                        case "toString" -> type.getSimpleName() + " " + number;
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                }));
    }

    private static final class Reference implements ServiceReference<Object> {
        private final int number;
        private final ServiceObjects<Object> objects;

        Reference(int number, Version version) {
            this.number = number;
            this.objects = new Objects(this, version);
        }

        @Override
        public @Nullable Object getProperty(String key) {
            return key.equals(Providers.NAME) ? NAME : null;
        }

        @Override
        public String[] getPropertyKeys() {
            return new String[] {Providers.NAME};
        }

        @Override
        public Bundle getBundle() {
            return BUNDLES.get(number);
        }

        @Override
        public Bundle[] getUsingBundles() {
            return new Bundle[0];
        }

        @Override
        public boolean isAssignableTo(Bundle bundle, String className) {
            return true;
        }

        @Override
        public int compareTo(Object other) {
            return Integer.compare(number, ((Reference) other).number);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return number;
        }

        @Override
        public Dictionary<String, Object> getProperties() {
            return new Hashtable<>(Map.of(Providers.NAME, NAME));
        }

        @Override
        public <A> A adapt(Class<A> type) {
            throw new UnsupportedOperationException();
        }
    }

    private record Objects(Reference reference, Version version) implements ServiceObjects<Object> {
        @Override
        public Object getService() {
            return version;
        }

        @Override
        public void ungetService(Object service) {}

        @Override
        public ServiceReference<Object> getServiceReference() {
            return reference;
        }
    }
}
