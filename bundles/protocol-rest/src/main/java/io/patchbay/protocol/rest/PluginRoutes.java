package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.plugin.PlanForm;
import io.patchbay.api.plugin.PlanOptions;
import io.patchbay.api.plugin.PluginInfo;
import io.patchbay.api.plugin.PluginReceipt;
import io.patchbay.api.plugin.Plugins;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Plugins: each change is a plan first, which {@code dryRun=true} answers instead of carrying it out. */
final class PluginRoutes {
    static final String DRY_RUN = "dryRun";
    static final String RECONNECT = "reconnect";
    static final String FILE_NAME = "fileName";
    /** As file systems have it. */
    static final int FILE_NAME_CHARS = 255;

    private static final String JAR = "application/java-archive";
    private static final String JSON = "application/json";
    private static final String BYTES = "application/octet-stream";

    private final Plugins plugins;
    private final OperatorThreads operators;

    PluginRoutes(Plugins plugins, OperatorThreads operators) {
        this.plugins = plugins;
        this.operators = operators;
    }

    CompletionStage<HttpResponse> list(Call call) {
        return operators.call(plugins::list).thenApply(all -> Answer.list(all, PluginRoutes::describe));
    }

    CompletionStage<HttpResponse> get(Call call) {
        return operators
                .call(() -> plugins.get(call.path("name")))
                .thenApply(plugin -> Answer.json(200, describe(plugin)));
    }

    /** The jar itself is the body, or JSON that says where it is. */
    CompletionStage<HttpResponse> install(Call call) {
        if (call.requireContentType(JAR, BYTES, JSON).startsWith(JSON)) {
            return installFrom(call);
        }
        byte[] jar = call.request().body();
        String name = fileName(call);
        PlanOptions options = options(call);
        return plan(call, () -> planInstall(jar, name, options));
    }

    private CompletionStage<HttpResponse> installFrom(Call call) {
        if (call.query(FILE_NAME).isPresent()) {
            throw refusedName("The query parameter 'fileName' goes with a jar as the body, not with an address.");
        }
        if (options(call).reconnect()) {
            throw new PatchbayException(
                    ErrorCode.BAD_REQUEST,
                    "The query parameter 'reconnect' goes with a jar as the body, not with an address.",
                    Map.of("field", RECONNECT));
        }
        boolean dryRun = call.flag(DRY_RUN);
        Fields fields = call.fields();
        String url = fields.requireText("url");
        String sha256 = fields.findText("sha256").orElse("");
        fields.done();
        return operators.call(() -> dryRun
                ? Answer.json(200, PlanForm.describe(plugins.planInstallFrom(url, sha256)))
                : Answer.accepted(plugins.installFrom(url, sha256)));
    }

    /** As an installation, but of nothing else than the plugin that the path names. */
    CompletionStage<HttpResponse> update(Call call) {
        call.requireContentType(JAR, BYTES);
        byte[] jar = call.request().body();
        String name = fileName(call);
        PlanOptions options = options(call);
        return plan(call, () -> {
            plugins.get(call.path("name"));
            Plan plan = planInstall(jar, name, options);
            if (!plan.plugin().equals(call.path("name"))) {
                throw new PatchbayException(
                        ErrorCode.PLUGIN_INVALID,
                        "%s is of the plugin %s, not of %s.".formatted(name, plan.plugin(), call.path("name")));
            }
            return plan;
        });
    }

    CompletionStage<HttpResponse> start(Call call) {
        return plan(call, () -> plugins.planStart(call.path("name")));
    }

    CompletionStage<HttpResponse> stop(Call call) {
        return plan(call, () -> plugins.planStop(call.path("name")));
    }

    CompletionStage<HttpResponse> uninstall(Call call) {
        return plan(call, () -> plugins.planUninstall(call.path("name")));
    }

    CompletionStage<HttpResponse> rollBack(Call call) {
        return plan(call, () -> plugins.planRollBack(call.path("name")));
    }

    /** The body is a plan that a dry run answered: exactly that is carried out, or nothing. */
    CompletionStage<HttpResponse> apply(Call call) {
        Plan kept = PlanForm.read(call.json());
        return operators.call(() -> Answer.accepted(plugins.execute(plugins.reopen(kept))));
    }

    CompletionStage<HttpResponse> receipts(Call call) {
        return operators.call(plugins::receipts).thenApply(all -> Answer.list(all, PluginRoutes::describe));
    }

    CompletionStage<HttpResponse> collect(Call call) {
        return operators.call(plugins::collect).thenApply(all -> Answer.list(all, PluginRoutes::describe));
    }

    private static PlanOptions options(Call call) {
        return new PlanOptions(call.flag(RECONNECT));
    }

    private CompletionStage<HttpResponse> plan(Call call, Supplier<Plan> planning) {
        boolean dryRun = call.flag(DRY_RUN);
        return operators.call(() -> {
            Plan plan = planning.get();
            return dryRun ? Answer.json(200, PlanForm.describe(plan)) : Answer.accepted(plugins.execute(plan));
        });
    }

    /** What sentences call the jar; only ever shown, the file that is written has a name of ours. */
    private static String fileName(Call call) {
        String name = call.query(FILE_NAME).orElse("The jar");
        boolean plain = name.codePoints().noneMatch(PluginRoutes::isNoneOfAName);
        if (name.isBlank() || name.length() > FILE_NAME_CHARS || !plain) {
            throw refusedName("The query parameter 'fileName' must be a file's name of 1 to " + FILE_NAME_CHARS
                    + " characters, without its folder and without control characters.");
        }
        return name;
    }

    /** What separates folders, and what would not be seen, or show the rest in another order than it is. */
    private static boolean isNoneOfAName(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> codePoint == '/' || codePoint == '\\';
        };
    }

    private static PatchbayException refusedName(String sentence) {
        return new PatchbayException(ErrorCode.BAD_REQUEST, sentence, Map.of("field", FILE_NAME));
    }

    private Plan planInstall(byte[] jar, String name, PlanOptions options) {
        try {
            Path file = Files.createTempFile("patchbay-upload", ".jar");
            try {
                Files.write(file, jar);
                return plugins.planInstall(file, name, options);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE,
                    "The uploaded jar could not be written to a temporary file: " + e.getMessage() + ".",
                    e);
        }
    }

    private static Value.Struct describe(PluginInfo plugin) {
        Map<String, Value> form = new LinkedHashMap<>();
        form.put("name", Value.of(plugin.name()));
        form.put("version", Value.of(plugin.version()));
        form.put("digest", Value.of(plugin.digest()));
        form.put("state", Value.of(plugin.state()));
        form.put("installedAt", Value.of(plugin.installedAt().toString()));
        form.put("provides", Value.texts(plugin.provides()));
        form.put("uses", Value.texts(plugin.uses()));
        form.put("previousVersion", orNull(plugin.previousVersion()));
        form.put("receipt", orNull(plugin.receipt()));
        form.put("fault", orNull(plugin.fault()));
        return new Value.Struct(form);
    }

    private static Value.Struct describe(PluginReceipt receipt) {
        Map<String, Value> form = new LinkedHashMap<>();
        form.put("plugin", Value.of(receipt.plugin()));
        form.put("version", Value.of(receipt.version()));
        form.put("removedAt", Value.of(receipt.removedAt().toString()));
        form.put("state", Value.of(receipt.state()));
        form.put(
                "collectedAfterMs",
                receipt.collectedAfter()
                        .map(after -> Value.of(after.toMillis()))
                        .orElse(Value.NULL));
        form.put("holders", Value.texts(receipt.holders()));
        form.put("troubles", Value.texts(receipt.troubles()));
        form.put("text", Value.of(receipt.text()));
        return new Value.Struct(form);
    }

    private static Value orNull(Optional<String> text) {
        return text.map(Value::of).orElse(Value.NULL);
    }
}
