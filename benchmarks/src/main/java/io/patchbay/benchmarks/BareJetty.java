package io.patchbay.benchmarks;

import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The reference: Jetty alone, which reads the body and answers 201 or 200 with as many bytes as are asked for. Prints its address when it is ready. */
final class BareJetty {
    private BareJetty() {}

    /** Argument: the size of the answer. */
    public static void main(String[] arguments) throws Exception {
        byte[] answer = new byte[Integer.parseInt(arguments[0])];
        java.util.Arrays.fill(answer, (byte) 'x');
        // The same threads and selectors as the node's.
        Server server = new Server(new QueuedThreadPool(16, 4));
        ServerConnector connector = new ServerConnector(server, 0, 1);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract.NonBlocking() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                Content.Source.asByteBuffer(
                        request,
                        org.eclipse.jetty.util.Promise.from(
                                body -> {
                                    response.setStatus(request.getMethod().equals("POST") ? 201 : 200);
                                    response.getHeaders().put("Content-Type", "application/json");
                                    response.write(true, java.nio.ByteBuffer.wrap(answer), callback);
                                },
                                callback::failed));
                return true;
            }
        });
        server.start();
        System.out.println("ready http://127.0.0.1:" + connector.getLocalPort());
        System.in.transferTo(java.io.OutputStream.nullOutputStream());
        server.stop();
    }
}
