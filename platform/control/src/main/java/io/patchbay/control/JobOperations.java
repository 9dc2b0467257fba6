package io.patchbay.control;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.Jobs;
import java.util.Map;

/** Jobs that run or have ended. */
final class JobOperations {
    private final NodeServices services;

    JobOperations(NodeServices services) {
        this.services = services;
    }

    Map<String, ControlOperation> all() {
        return Map.of("job.list", this::list, "job.cancel", this::cancel);
    }

    private Value list(Fields fields, ControlOperation.Messages messages) {
        fields.done();
        return services.with(
                Jobs.class,
                "jobs",
                jobs -> new Value.Array(jobs.list().stream()
                        .map(job -> (Value) JobProgress.describe(job))
                        .toList()));
    }

    private Value cancel(Fields fields, ControlOperation.Messages messages) {
        String id = fields.requireText("id");
        fields.done();
        return services.with(Jobs.class, "jobs", jobs -> {
            Job job = jobs.find(id)
                    .orElseThrow(() -> new PatchbayException(ErrorCode.NOT_FOUND, "There is no job '" + id + "'."));
            job.cancel();
            return JobProgress.describe(job);
        });
    }
}
