package io.patchbay.client;

/** How a client reaches its node. */
public enum Transport {
    /** A WebSocket; HTTP where none gets through although the node is ready, as behind some companies' proxies. */
    AUTO,
    WEBSOCKET,
    /** Each call a request, each subscription a stream of server-sent events. Calls that don't wait for each other may be carried out in another order. */
    HTTP
}
