package io.patchbay.protocol.patchbay;

import io.patchbay.api.auth.Logins;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.document.Value;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.protocol.Protocol;
import io.patchbay.api.protocol.SubscribeRequest.Mode;
import io.patchbay.testkit.ProtocolContract;
import java.time.Clock;

class PatchbayContractTest extends ProtocolContract {
    @Override
    protected Protocol protocol(Logins logins, Metrics metrics, Clock clock) {
        return new PatchbayProtocol(logins, metrics, clock);
    }

    @Override
    protected boolean framesItself() {
        return false;
    }

    @Override
    protected byte[] encode(Ask ask) {
        return Cbor.encode(message(ask));
    }

    private static Value.Struct message(Ask ask) {
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
            // The number is the server's choice, so that the next one has to travel in the state.
            return Value.struct(
                    "id",
                    id,
                    "op",
                    Value.of("subscribe"),
                    "mode",
                    Value.of(subscribe.mode() == Mode.WATCH ? "watch" : "changes"),
                    "collection",
                    Value.of(subscribe.collection()));
        }
        return Value.struct(
                "id",
                id,
                "op",
                Value.of("unsubscribe"),
                "subscription",
                Value.of(((Ask.Unsubscribe) ask).subscription()));
    }
}
