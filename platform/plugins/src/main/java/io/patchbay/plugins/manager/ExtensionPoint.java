package io.patchbay.plugins.manager;

import io.patchbay.api.Limits;
import io.patchbay.api.auth.AuthMethod;
import io.patchbay.api.auth.TokenIssuer;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.hook.Hook;
import io.patchbay.api.http.HttpRoute;
import io.patchbay.api.http.Transport;
import io.patchbay.api.kv.KeyValueStoreFactory;
import io.patchbay.api.plugin.Component;
import io.patchbay.api.plugin.HealthCheck;
import io.patchbay.api.protocol.Protocol;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The kinds of services, each with its hand-over: the one table of what a swap means to whom. In a sentence {@code NAME} is the service's name and {@code COUNT} how many it affects, with the
 * unit; of {@code (one|many)} the word is taken that fits the number.
 */
enum ExtensionPoint {
    PROTOCOL(
            Protocol.class.getName(),
            "protocol",
            "connection",
            "codec",
            "close",
            "COUNT of NAME (stays|stay) open: each gets the new codec between two frames.",
            "COUNT of NAME (is|are) closed, and new ones are refused.",
            "Clients can speak NAME."),
    TRANSPORT(
            Transport.class.getName(),
            "transport",
            "connection",
            "move",
            "close",
            "COUNT of the transport NAME (moves|move) to the new version, and (its|their) (client|clients) (notices|notice) nothing; running requests end on the old one, and what can't move reconnects and resumes.",
            "COUNT of the transport NAME (is|are) closed; clients are refused until there is a transport again.",
            "New connections go to the transport NAME."),
    STORE(
            DocumentStoreFactory.class.getName(),
            "store",
            "store",
            "reopen",
            "none",
            "The store NAME is reopened by the new version: writers wait, at most WAIT, none fails.",
            "No store stands on NAME, so nobody is affected.",
            "Stores can be swapped to NAME."),
    KEY_VALUE_STORE(
            KeyValueStoreFactory.class.getName(),
            "key-value store",
            "store",
            "reopen",
            "none",
            "Keys and values on NAME, if there are any, are reopened by the new version: writers wait, at most WAIT, none fails.",
            "Keys and values on NAME, if there are any, are unavailable until it is back; everything else goes on.",
            "Keys and values can be kept by NAME."),
    LOGIN_METHOD(
            AuthMethod.class.getName(),
            "login method",
            "login",
            "drain",
            "drain",
            "Login method NAME: COUNT that (runs|run) now (ends|end) on the old version, new ones go to the new one, none fails (drain and flip, at most DRAIN).",
            "Login method NAME goes: new logins by it are refused; who is logged in stays so.",
            "Users can log in by NAME."),
    TOKENS(
            TokenIssuer.class.getName(),
            "token issuer",
            "call",
            "drain",
            "drain",
            "Tokens of NAME: COUNT that (runs|run) now (ends|end) on the old version, new ones go to the new one (drain and flip, at most DRAIN).",
            "Tokens of NAME are neither made nor checked any more.",
            "Access tokens can be made by NAME."),
    ROUTE(
            HttpRoute.class.getName(),
            "routes",
            "request",
            "drain",
            "drain",
            "HTTP routes NAME: COUNT that (runs|run) now (ends|end) on the old version, new ones go to the new one, none fails (drain and flip, at most DRAIN).",
            "HTTP routes NAME go: COUNT that (runs|run) now (has|have) DRAIN to end, later ones get 404.",
            "The HTTP routes NAME are served."),
    HOOK(
            Hook.class.getName(),
            "hook",
            "call",
            "drain",
            "drain",
            "Hook NAME: changes pass the new version from the flip on; what the old one was asked about and is not written by then is asked anew, none fails (drain and flip, at most DRAIN).",
            "Hook NAME goes: changes pass without it from then on.",
            "Changes pass the hook NAME from the flip on."),
    SERVICE(
            "",
            "service",
            "call",
            "drain",
            "drain",
            "NAME: COUNT that (runs|run) now (ends|end) on the old version, new ones go to the new one (drain and flip, at most DRAIN).",
            "NAME goes: COUNT that (runs|run) now (has|have) DRAIN to end, later ones wait in vain.",
            "NAME is offered.");

    /** How connections are handed over whose state the new version can't adopt. */
    static final String RECONNECT = "reconnect";

    private static final String RECONNECTS =
            "COUNT of NAME (is|are) closed, and (reconnects|reconnect) and (resumes|resume), spread over time: the new version cannot adopt (its|their) state.";
    private static final String LOGINS_START_AGAIN =
            "Login method NAME: COUNT that (is|are) half done (starts|start) again, for the new version cannot adopt (its|their) state; new ones go to the new one, none fails.";
    private static final String LOGINS_GO_ON = " COUNT that (is|are) half done (goes|go) on with the new one.";
    private static final String LOGINS_WAIT =
            " COUNT that (is|are) half done (goes|go) on only if it comes back in time.";
    private static final String CANNOT_MOVE =
            "COUNT of the transport NAME (is|are) asked to reconnect and resume: the version that goes cannot give (it|them) away.";
    private static final String REST =
            "COUNT that cannot move, being streamed answers, (ends|end) and (resumes|resume).";
    private static final String LOSES =
            "NAME: what is under way on it begins anew, for the new version cannot adopt its state.";

    private final String type;
    private final String kind;
    private final String unit;
    private final String wayReplaced;
    private final String wayRemoved;
    private final String replaced;
    private final String removed;
    private final String added;

    ExtensionPoint(
            String type,
            String kind,
            String unit,
            String wayReplaced,
            String wayRemoved,
            String replaced,
            String removed,
            String added) {
        this.type = type;
        this.kind = kind;
        this.unit = unit;
        this.wayReplaced = wayReplaced;
        this.wayRemoved = wayRemoved;
        this.replaced = replaced;
        this.removed = removed;
        this.added = added;
    }

    /** Empty for what no client notices: a health check, and a line of the status. */
    static Optional<ExtensionPoint> of(String serviceType) {
        if (serviceType.equals(HealthCheck.class.getName()) || serviceType.equals(Component.class.getName())) {
            return Optional.empty();
        }
        return Stream.of(values())
                .filter(point -> point.type.equals(serviceType))
                .findFirst()
                .or(() -> Optional.of(SERVICE));
    }

    String kind() {
        return kind;
    }

    /** What is counted, as a plural. */
    String unit() {
        return unit + "s";
    }

    /** How it is handed over. */
    String way(Fate fate) {
        return switch (fate) {
            case ADDED -> "none";
            case REPLACED -> wayReplaced;
            case REMOVED -> wayRemoved;
        };
    }

    String sentence(Fate fate, String name, long affected) {
        String template = switch (fate) {
            case ADDED -> added;
            case REPLACED -> replaced;
            case REMOVED -> removed;
        };
        return fill(template, name, affected);
    }

    /** Of a replacement that can't adopt the state. */
    String sentenceOfLoss(String name, long affected) {
        return switch (this) {
            case PROTOCOL -> fill(RECONNECTS, name, affected);
            case TRANSPORT -> fill(CANNOT_MOVE, name, affected);
            case LOGIN_METHOD -> fill(LOGINS_START_AGAIN, name, affected);
            case STORE, KEY_VALUE_STORE, TOKENS, ROUTE, HOOK, SERVICE -> fill(LOSES, name, affected);
        };
    }

    /** Of a replacement, on those that are not handed over as the others are. */
    String sentenceOfRest(long affected) {
        return fill(REST, "", affected);
    }

    /** What happens to logins between two steps; nothing to say if there are none. */
    String sentenceOfHalfDone(Fate fate, long affected) {
        return affected == 0 ? "" : fill(fate == Fate.REPLACED ? LOGINS_GO_ON : LOGINS_WAIT, "", affected);
    }

    private String fill(String template, String name, long affected) {
        return template.replaceAll("\\(([a-z]+)\\|([a-z]+)\\)", affected == 1 ? "$1" : "$2")
                .replace("COUNT", String.format(Locale.ROOT, "%,d %s%s", affected, unit, affected == 1 ? "" : "s"))
                .replace("WAIT", seconds(Limits.WRITER_WAIT))
                .replace("DRAIN", seconds(Limits.DRAIN))
                .replace("NAME", name);
    }

    private static String seconds(Duration limit) {
        return String.format(Locale.ROOT, "%d s", limit.toSeconds());
    }

    /** What happens to a service. */
    enum Fate {
        ADDED,
        REPLACED,
        REMOVED;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
