package io.patchbay.protocol.rest;

import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.plugin.ComponentState;
import io.patchbay.api.plugin.NodeInfo;
import io.patchbay.api.plugin.NodeStatus;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** How the node is, for admins. */
final class StatusRoutes {
    private final NodeStatus status;
    private final OperatorThreads operators;

    StatusRoutes(NodeStatus status, OperatorThreads operators) {
        this.status = status;
        this.operators = operators;
    }

    CompletionStage<HttpResponse> node(Call call) {
        return operators.call(() -> Answer.json(200, describe(status.info())));
    }

    CompletionStage<HttpResponse> components(Call call) {
        return operators.call(() -> Answer.list(status.components(), StatusRoutes::describe));
    }

    private static Value.Struct describe(NodeInfo node) {
        Map<String, Value> form = new LinkedHashMap<>();
        form.put("version", Value.of(node.version()));
        form.put("state", Value.of(node.state()));
        form.put("pid", Value.of(node.pid()));
        form.put("java", Value.of(node.java()));
        form.put("home", Value.of(node.home()));
        form.put("startedAt", Value.of(node.startedAt().toString()));
        form.put(
                "uptime",
                Value.of(Math.max(
                        0, Duration.between(node.startedAt(), Instant.now()).toSeconds())));
        form.put("heapUsedBytes", Value.of(node.heapUsedBytes()));
        form.put("heapMaxBytes", Value.of(node.heapMaxBytes()));
        form.put(
                "addresses",
                Value.texts(node.addresses().stream().map(StatusRoutes::shown).toList()));
        return new Value.Struct(form);
    }

    private static String shown(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    private static Value.Struct describe(ComponentState component) {
        Map<String, Value> facts = new LinkedHashMap<>();
        component.facts().forEach((name, fact) -> facts.put(name, Value.of(fact)));
        return Value.struct(
                "path",
                Value.of(component.path()),
                "state",
                Value.of(component.state()),
                "facts",
                new Value.Struct(facts),
                "parts",
                new Value.Array(component.parts().stream()
                        .<Value>map(StatusRoutes::describe)
                        .toList()));
    }
}
