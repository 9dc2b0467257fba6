package io.patchbay.protocol.lines;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.auth.Logins;
import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.protocol.Protocol;
import io.patchbay.api.protocol.SubscribeRequest.Mode;
import io.patchbay.testkit.ProtocolContract;
import java.time.Clock;

class LinesContractTest extends ProtocolContract {
    @Override
    protected Protocol protocol(Logins logins, Metrics metrics, Clock clock) {
        return new LinesProtocol(logins, metrics, clock);
    }

    @Override
    protected boolean framesItself() {
        return true;
    }

    @Override
    protected byte[] encode(Ask ask) {
        return (new String(Json.encodeEnvelope(line(ask)), UTF_8) + "\n").getBytes(UTF_8);
    }

    private static Value.Struct line(Ask ask) {
        Value id = Value.of(ask.id());
        if (ask instanceof Ask.Login login) {
            return Value.struct("id", id, "op", Value.of("login"), "token", Value.of(login.token()));
        }
        if (ask instanceof Ask.Put put) {
            return Value.struct(
                    "id",
                    id,
                    "op",
                    Value.of("put"),
                    "collection",
                    Value.of(put.collection()),
                    "document",
                    Value.of(put.document()),
                    "data",
                    put.data());
        }
        if (ask instanceof Ask.Get get) {
            return Value.struct(
                    "id",
                    id,
                    "op",
                    Value.of("get"),
                    "collection",
                    Value.of(get.collection()),
                    "document",
                    Value.of(get.document()));
        }
        if (ask instanceof Ask.Subscribe subscribe) {
            return Value.struct(
                    "id",
                    id,
                    "op",
                    Value.of(subscribe.mode() == Mode.WATCH ? "watch" : "changes"),
                    "sub",
                    Value.of(subscribe.subscription()),
                    "collection",
                    Value.of(subscribe.collection()));
        }
        return Value.struct(
                "id", id, "op", Value.of("unsubscribe"), "sub", Value.of(((Ask.Unsubscribe) ask).subscription()));
    }
}
