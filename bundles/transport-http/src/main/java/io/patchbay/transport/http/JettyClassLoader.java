package io.patchbay.transport.http;

/** While open, this thread's context class loader is the bundle's: Jetty finds its own parts by ServiceLoader, which would look in the caller's class path. */
final class JettyClassLoader implements AutoCloseable {
    private final ClassLoader before = Thread.currentThread().getContextClassLoader();

    JettyClassLoader() {
        Thread.currentThread().setContextClassLoader(JettyClassLoader.class.getClassLoader());
    }

    @Override
    public void close() {
        Thread.currentThread().setContextClassLoader(before);
    }
}
