package io.patchbay.transport.http;

import io.patchbay.api.protocol.MessageReceiver;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What speaks over an end point and can go on over another one: HTTP, a WebSocket, or a protocol over TCP. */
interface Passenger {
    /** Whether it writes at any time, so that what it writes must be caught before it can leave; HTTP leaves when it has written all. */
    boolean writesAtAnyTime();

    /** Passes nothing more on of what comes, and has nothing more sent; {@code still} runs once nothing is under way. Any thread. */
    void pause(Runnable still);

    /** Whether nothing of what came is being worked on. Asked after it is still; if so, it has let go, and works no more. */
    boolean letsGo();

    /** After {@link #letsGo}: all that came and was not passed on, in the form in which it came. */
    ByteBuffer unread();

    Optional<MessageReceiver> session();

    /** The protocol of a TCP connection. */
    Optional<String> protocol();

    /** It does not leave after all: goes on after {@link #pause}. */
    void stay();
}
