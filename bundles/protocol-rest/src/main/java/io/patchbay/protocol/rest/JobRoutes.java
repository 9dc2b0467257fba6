package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Value;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.Jobs;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Work that takes longer than a request. */
final class JobRoutes {
    private final Jobs jobs;

    JobRoutes(Jobs jobs) {
        this.jobs = jobs;
    }

    CompletionStage<HttpResponse> list(Call call) {
        return CompletableFuture.completedFuture(Answer.list(jobs.list(), JobRoutes::describe));
    }

    CompletionStage<HttpResponse> get(Call call) {
        return CompletableFuture.completedFuture(Answer.json(200, describe(find(call))));
    }

    CompletionStage<HttpResponse> cancel(Call call) {
        Job job = find(call);
        job.cancel();
        return CompletableFuture.completedFuture(Answer.json(202, describe(job)));
    }

    /** {@code progress} from 0 to 1 and {@code eta} in seconds, each null while unknown; {@code error} as a problem's {@code code} and {@code detail}. */
    static Value.Struct describe(Job job) {
        Map<String, Value> form = new LinkedHashMap<>();
        form.put("id", Value.of(job.id()));
        form.put("kind", Value.of(job.kind()));
        form.put("title", Value.of(job.title()));
        form.put("state", Value.of(job.state().name().toLowerCase(Locale.ROOT)));
        form.put("progress", job.progress().map(Value::of).orElse(Value.NULL));
        form.put("progressText", Value.of(job.progressText()));
        form.put("eta", job.eta().map(eta -> Value.of(eta.toSeconds())).orElse(Value.NULL));
        form.put("result", job.result().map(Value::of).orElse(Value.NULL));
        form.put("error", job.failure().<Value>map(JobRoutes::describe).orElse(Value.NULL));
        return new Value.Struct(form);
    }

    private static Value.Struct describe(PatchbayException failure) {
        return Value.struct("code", Value.of(failure.code().name()), "detail", Value.of(failure.getMessage()));
    }

    private Job find(Call call) {
        return jobs.find(call.path("id"))
                .orElseThrow(() -> new PatchbayException(
                        ErrorCode.NOT_FOUND, "There is no job '" + Text.shortened(call.path("id")) + "'."));
    }
}
