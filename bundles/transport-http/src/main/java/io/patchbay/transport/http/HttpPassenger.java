package io.patchbay.transport.http;

import io.patchbay.api.protocol.MessageReceiver;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.jspecify.annotations.Nullable;

/** A connection of HTTP/1.1, which can leave between two requests, even if a part of the next one's head has come. */
final class HttpPassenger extends HttpConnection implements Passenger {
    private final HandOffEndPoint endPoint;
    /** Made by the constructor of the super class; so it must not be initialized here. */
    private @Nullable RequestHandler handler;

    private HttpPassenger(HttpConfiguration configuration, Connector connector, HandOffEndPoint endPoint) {
        super(configuration, connector, endPoint);
        this.endPoint = endPoint;
    }

    /** Makes such connections. */
    static final class Factory extends HttpConnectionFactory {
        Factory(HttpConfiguration configuration) {
            super(configuration);
        }

        @Override
        public org.eclipse.jetty.io.Connection newConnection(
                Connector connector, org.eclipse.jetty.io.EndPoint endPoint) {
            HandOffEndPoint under = (HandOffEndPoint) endPoint;
            HttpPassenger http = new HttpPassenger(getHttpConfiguration(), connector, under);
            http.setUseInputDirectByteBuffers(isUseInputDirectByteBuffers());
            http.setUseOutputDirectByteBuffers(isUseOutputDirectByteBuffers());
            http.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
            under.carry(http);
            return configure(http, connector, endPoint);
        }
    }

    @Override
    protected RequestHandler newRequestHandler() {
        RequestHandler made = super.newRequestHandler();
        handler = made;
        return made;
    }

    @Override
    protected HttpParser newHttpParser(HttpCompliance compliance) {
        RequestHandler made = handler;
        if (made == null) {
            throw new IllegalStateException("the parser is made before what it calls");
        }
        HttpParser parser = new HeadKeeper(made, getHttpConfiguration().getRequestHeaderSize(), compliance);
        parser.setHeaderCacheSize(getHttpConfiguration().getHeaderCacheSize());
        parser.setHeaderCacheCaseSensitive(getHttpConfiguration().isHeaderCacheCaseSensitive());
        return parser;
    }

    /** What came behind a handshake is the new protocol's. */
    @Override
    public @Nullable ByteBuffer onUpgradeFrom() {
        ByteBuffer behind = super.onUpgradeFrom();
        if (behind != null) {
            endPoint.readBehindHandshake(behind);
        }
        return behind;
    }

    @Override
    public boolean writesAtAnyTime() {
        return false;
    }

    @Override
    public void pause(Runnable still) {
        still.run();
    }

    /** Content that is still to come, or a connection that is to be closed, is seen by the parser's state. */
    @Override
    public boolean letsGo() {
        return endPoint.isFillInterested()
                && endPoint.betweenRequests()
                && getParser().inHeaderState();
    }

    @Override
    public ByteBuffer unread() {
        return ((HeadKeeper) getParser()).head();
    }

    @Override
    public Optional<MessageReceiver> session() {
        return Optional.empty();
    }

    @Override
    public Optional<String> protocol() {
        return Optional.empty();
    }

    @Override
    public void stay() {
        // The end point reads on by itself.
    }

    /** Keeps what has been parsed of a head that is not whole: the parser alone knows where one request ends in what was read. */
    private static final class HeadKeeper extends HttpParser {
        private static final byte[] NOTHING = {};

        private byte[] head = NOTHING;

        HeadKeeper(RequestHandler handler, int mostHeaderBytes, HttpCompliance compliance) {
            super(handler, mostHeaderBytes, compliance);
        }

        @Override
        public boolean parseNext(ByteBuffer buffer) {
            int from = buffer.position();
            boolean handle = super.parseNext(buffer);
            if (!inHeaderState()) {
                head = NOTHING;
            } else if (buffer.position() > from) {
                int more = buffer.position() - from;
                int before = head.length;
                head = Arrays.copyOf(head, before + more);
                buffer.get(from, head, before, more);
            }
            return handle;
        }

        ByteBuffer head() {
            return ByteBuffer.wrap(head);
        }
    }
}
