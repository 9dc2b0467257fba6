package io.patchbay.engine.connection;

/** What ending a login does to the connections that live by it; a service. Any thread, never waits. */
public interface LoginConnections {
    /** Closes every connection whose identity belongs to this token family, and ends the subscriptions of such sessions without one, within a second. */
    void closeFamily(String family);
}
