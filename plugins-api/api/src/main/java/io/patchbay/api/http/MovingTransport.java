package io.patchbay.api.http;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A transport whose open connections can move to another, so that it is replaced without its clients noticing.
 *
 * <p>The platform moves them once another version serves: it {@linkplain OpenConnection#release releases} them one by one, some at a time, and has the other {@link #adopt} each. What is left then is
 * {@linkplain #drain drained}.
 */
@ConsumerType
public interface MovingTransport extends Transport {
    /** Those that could move now or soon; not those that only their end will free, such as a streamed answer. */
    List<OpenConnection> listMovable();

    /**
     * Goes on with a connection of another transport, and closes it in the end, also if it fails to go on. Never waits, and counts no limit: it has been counted already.
     *
     * @throws RuntimeException if it does not take the connection; then nothing of it was touched
     */
    void adopt(MovedConnection connection);

    /** It is the one that serves: called before it is handed connections, also when it serves again after another took its place and it was drained. */
    void serve();
}
