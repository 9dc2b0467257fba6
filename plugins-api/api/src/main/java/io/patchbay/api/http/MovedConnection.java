package io.patchbay.api.http;

import io.patchbay.api.protocol.MessageReceiver;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An open connection on its way from one transport to another, which owns it from then on. Nothing in it is a transport's own, so that the one it left can go.
 *
 * @param arrival the channel, not blocking and registered with no selector that will touch it again; the engine of TLS, in the middle of its session; and the protocol of a TCP connection
 * @param session the platform's side of an open WebSocket, or of a TCP connection, to which the new transport {@linkplain MessageReceiver#attach attaches}; empty for HTTP between two requests, and for a
 *     TCP connection that has not found its protocol yet
 * @param unread what the client sent first: bytes that were taken from the channel, and that the new transport treats as if it had just read them
 * @param unsent what the client is sent first: the rest of what was being written
 * @param undecrypted with TLS, bytes that were taken from the channel behind {@code unread}, and that the engine has not had yet
 * @param encrypted with TLS, bytes of the engine's that the channel has not taken yet, before {@code unsent}
 */
public record MovedConnection(
        Arrival arrival,
        Optional<MessageReceiver> session,
        ByteBuffer unread,
        ByteBuffer unsent,
        ByteBuffer undecrypted,
        ByteBuffer encrypted) {}
