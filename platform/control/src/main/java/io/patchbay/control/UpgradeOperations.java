package io.patchbay.control;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.UpgradePlan;
import io.patchbay.api.plugin.Upgrades;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The upgrade of the distribution, planned, told, and executed as planned; with {@code dryRun} it ends with the plan. */
final class UpgradeOperations {
    private final NodeServices services;

    UpgradeOperations(NodeServices services) {
        this.services = services;
    }

    Map<String, ControlOperation> all() {
        return Map.of("upgrade", this::upgrade);
    }

    /** To the distribution in {@code file}; without one, back to the one before. */
    private Value upgrade(Fields fields, ControlOperation.Messages messages) throws IOException {
        Optional<Path> file = fields.findText("file").map(UpgradeOperations::absolute);
        boolean dryRun = fields.findBool("dryRun").orElse(false);
        fields.done();
        UpgradePlan plan = with(upgrades -> file.isPresent() ? upgrades.plan(file.get()) : upgrades.planBack());
        if (dryRun) {
            return value(plan);
        }
        messages.send(Value.struct("plan", value(plan)));
        Job job = with(upgrades -> upgrades.execute(plan));
        return ((Value.Struct) JobProgress.follow(job, messages)).with("plan", value(plan));
    }

    private static Path absolute(String text) {
        try {
            Path file = Path.of(text);
            if (file.isAbsolute()) {
                return file;
            }
        } catch (InvalidPathException e) {
            // Told below.
        }
        throw new PatchbayException(ErrorCode.BAD_REQUEST, "The file of a distribution is named by its absolute path.");
    }

    private <T> T with(Function<Upgrades, T> work) {
        return services.with(Upgrades.class, "upgrades", work);
    }

    private static Value.Struct value(UpgradePlan plan) {
        return Value.struct(
                "fromVersion",
                Value.of(plan.fromVersion()),
                "toVersion",
                Value.of(plan.toVersion()),
                "restart",
                Value.of(plan.restart()),
                "changes",
                Value.texts(plan.changes()),
                "steps",
                Value.texts(plan.steps()),
                "problems",
                Value.texts(plan.problems()));
    }
}
