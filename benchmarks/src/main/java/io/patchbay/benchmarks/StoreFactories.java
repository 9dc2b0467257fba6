package io.patchbay.benchmarks;

import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.kv.KeyValueStoreFactory;
import io.patchbay.api.metrics.Metrics;
import java.lang.reflect.Constructor;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/** Makes adapters without a node around them: what they count goes nowhere. */
final class StoreFactories {
    private StoreFactories() {}

    static DocumentStoreFactory open(String className) throws ReflectiveOperationException {
        return (DocumentStoreFactory) make(className);
    }

    static KeyValueStoreFactory openKeyValue(String className) throws ReflectiveOperationException {
        return (KeyValueStoreFactory) make(className);
    }

    private static Object make(String className) throws ReflectiveOperationException {
        for (Constructor<?> constructor : Class.forName(className).getConstructors()) {
            if (constructor.getParameterCount() == 0) {
                return constructor.newInstance();
            }
            if (constructor.getParameterCount() == 1 && constructor.getParameterTypes()[0] == Metrics.class) {
                return constructor.newInstance(new Uncounted());
            }
        }
        throw new NoSuchMethodException(className + " has no constructor that takes nothing, or metrics");
    }

    private static final class Uncounted implements Metrics {
        @Override
        public Counter counter(String name, String help, String... labels) {
            return amount -> {};
        }

        @Override
        public AutoCloseable total(String name, String help, DoubleSupplier value, String... labels) {
            return () -> {};
        }

        @Override
        public Timer timer(String name, String help, String... labels) {
            return nanos -> {};
        }

        @Override
        public Sizes sizes(String name, String help, String... labels) {
            return size -> {};
        }

        @Override
        public AutoCloseable whenAsked(Consumer<Metrics> registration) {
            return () -> {};
        }

        @Override
        public AutoCloseable gauge(String name, String help, DoubleSupplier value, String... labels) {
            return () -> {};
        }
    }
}
