package io.patchbay.launcher;

/** The framework properties by which bundles learn about their node: {@code bundleContext.getProperty(...)}. */
final class NodeProperties {

    /** The home folder, absolute. */
    static final String HOME = "patchbay.home";

    /** The version of this Patchbay. */
    static final String VERSION = "patchbay.version";

    /** The port given on the command line; absent if none was. It stands in the configuration of the listeners already. */
    static final String PORT = "patchbay.port";

    /** "true" if the node runs without transports, else "false". */
    static final String OFFLINE = "patchbay.offline";

    /** The folder of the unpacked distribution, absolute. */
    static final String DISTRIBUTION = "patchbay.distribution";

    /** The folder that was unpacked first, absolute; in its folder {@code versions} stand the distributions that it was upgraded to. */
    static final String ROOT = "patchbay.root";

    /** A service property: the launcher registers a {@code Runnable} with it set to true, which restarts the node. */
    static final String RESTART = "patchbay.restart";

    /** When the process started, as an RFC 3339 time. */
    static final String STARTED_AT = "patchbay.startedAt";

    /** A service property: the launcher registers a service with it set to true when the node is ready. */
    static final String READY = "patchbay.ready";

    private NodeProperties() {}
}
