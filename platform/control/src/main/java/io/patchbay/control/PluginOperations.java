package io.patchbay.control;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.plugin.PlanForm;
import io.patchbay.api.plugin.PlanOptions;
import io.patchbay.api.plugin.PluginInfo;
import io.patchbay.api.plugin.PluginReceipt;
import io.patchbay.api.plugin.Plugins;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Plugins: every change is planned, told, and then executed as planned; with {@code dryRun} it ends with the plan. */
final class PluginOperations {
    private final NodeServices services;

    PluginOperations(NodeServices services) {
        this.services = services;
    }

    Map<String, ControlOperation> all() {
        return Map.of(
                "plugin.list", this::list,
                "plugin.info", this::info,
                "plugin.install", this::install,
                "plugin.apply", this::apply,
                "plugin.receipts", this::receipts,
                "plugin.start", (fields, messages) -> change(fields, messages, plugins -> plugins::planStart),
                "plugin.stop", (fields, messages) -> change(fields, messages, plugins -> plugins::planStop),
                "plugin.uninstall", (fields, messages) -> change(fields, messages, plugins -> plugins::planUninstall),
                "plugin.rollback", (fields, messages) -> change(fields, messages, plugins -> plugins::planRollBack));
    }

    private Value list(Fields fields, ControlOperation.Messages messages) {
        fields.done();
        return with(plugins -> new Value.Array(
                plugins.list().stream().map(PluginOperations::value).toList()));
    }

    private Value info(Fields fields, ControlOperation.Messages messages) {
        String name = fields.requireText("name");
        fields.done();
        return with(plugins -> value(plugins.get(name)));
    }

    private Value install(Fields fields, ControlOperation.Messages messages) throws IOException {
        Optional<String> url = fields.findText("url");
        if (url.isPresent()) {
            return installFrom(url.get(), fields, messages);
        }
        Path file = file(fields.requireText("file"));
        boolean dryRun = fields.findBool("dryRun").orElse(false);
        PlanOptions options = new PlanOptions(fields.findBool("reconnect").orElse(false));
        fields.done();
        String name = String.valueOf(file.getFileName());
        return execute(with(plugins -> plugins.planInstall(file, name, options)), dryRun, messages);
    }

    private Value installFrom(String url, Fields fields, ControlOperation.Messages messages) throws IOException {
        String sha256 = fields.requireText("sha256");
        boolean dryRun = fields.findBool("dryRun").orElse(false);
        fields.done();
        if (dryRun) {
            return with(plugins -> PlanForm.describe(plugins.planInstallFrom(url, sha256)));
        }
        return JobProgress.follow(with(plugins -> plugins.installFrom(url, sha256)), messages);
    }

    /** What was planned before, and kept. */
    private Value apply(Fields fields, ControlOperation.Messages messages) throws IOException {
        Plan kept = PlanForm.read(fields.requireStruct("plan"));
        Optional<Path> file = fields.findText("file").map(PluginOperations::file);
        boolean dryRun = fields.findBool("dryRun").orElse(false);
        fields.done();
        return execute(
                with(plugins -> file.map(jar -> plugins.reopen(kept, jar)).orElseGet(() -> plugins.reopen(kept))),
                dryRun,
                messages);
    }

    private Value receipts(Fields fields, ControlOperation.Messages messages) {
        Optional<String> name = fields.findText("name");
        boolean collect = fields.findBool("collect").orElse(false);
        fields.done();
        return with(plugins -> new Value.Array((collect ? plugins.collect() : plugins.receipts())
                .stream()
                        .filter(receipt -> name.isEmpty() || name.get().equals(receipt.plugin()))
                        .map(PluginOperations::value)
                        .toList()));
    }

    private Value change(
            Fields fields, ControlOperation.Messages messages, Function<Plugins, Function<String, Plan>> planning)
            throws IOException {
        String name = fields.requireText("name");
        boolean dryRun = fields.findBool("dryRun").orElse(false);
        fields.done();
        return execute(with(plugins -> planning.apply(plugins).apply(name)), dryRun, messages);
    }

    private Value execute(Plan plan, boolean dryRun, ControlOperation.Messages messages) throws IOException {
        if (dryRun) {
            return PlanForm.describe(plan);
        }
        messages.send(Value.struct("plan", PlanForm.describe(plan)));
        if (!plan.problems().isEmpty()) {
            throw new PatchbayException(ErrorCode.CONFLICT, String.join(" ", plan.problems()));
        }
        Job job = with(plugins -> plugins.execute(plan));
        return JobProgress.follow(job, messages);
    }

    private <T> T with(Function<Plugins, T> work) {
        return services.with(Plugins.class, "plugin manager", work);
    }

    private static Path file(String text) {
        try {
            Path file = Path.of(text);
            if (file.isAbsolute()) {
                return file;
            }
        } catch (InvalidPathException e) {
            // Told below.
        }
        throw new PatchbayException(ErrorCode.BAD_REQUEST, "The file of a plugin is named by its absolute path.");
    }

    private static Value value(PluginInfo plugin) {
        Map<String, Value> fields = new LinkedHashMap<>();
        fields.put("name", Value.of(plugin.name()));
        fields.put("version", Value.of(plugin.version()));
        fields.put("state", Value.of(plugin.state()));
        fields.put("digest", Value.of(plugin.digest()));
        fields.put("installedAt", Value.of(plugin.installedAt().toString()));
        fields.put("provides", Value.texts(plugin.provides()));
        fields.put("uses", Value.texts(plugin.uses()));
        plugin.previousVersion().ifPresent(version -> fields.put("previousVersion", Value.of(version)));
        plugin.receipt().ifPresent(receipt -> fields.put("receipt", Value.of(receipt)));
        plugin.fault().ifPresent(fault -> fields.put("fault", Value.of(fault)));
        return new Value.Struct(fields);
    }

    private static Value value(PluginReceipt receipt) {
        Map<String, Value> fields = new LinkedHashMap<>();
        fields.put("plugin", Value.of(receipt.plugin()));
        fields.put("version", Value.of(receipt.version()));
        fields.put("removedAt", Value.of(receipt.removedAt().toString()));
        fields.put("state", Value.of(receipt.state()));
        receipt.collectedAfter().ifPresent(after -> fields.put("collectedAfterMs", Value.of(after.toMillis())));
        fields.put("holders", Value.texts(receipt.holders()));
        fields.put("troubles", Value.texts(receipt.troubles()));
        fields.put("text", Value.of(receipt.text()));
        return new Value.Struct(fields);
    }
}
