package io.patchbay.protocol.rest;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.migration.StoreDifference;
import io.patchbay.api.migration.StoreInfo;
import io.patchbay.api.migration.StoreVerification;
import io.patchbay.api.migration.Stores;
import io.patchbay.api.plugin.Job;
import io.patchbay.api.plugin.JobControl;
import io.patchbay.api.plugin.Jobs;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.plugin.PlanHandOver;
import io.patchbay.api.plugin.PlanOptions;
import io.patchbay.api.plugin.PluginInfo;
import io.patchbay.api.plugin.PluginReceipt;
import io.patchbay.api.plugin.Plugins;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Plugins, stores and jobs that note what they are asked for. */
final class RecordingOperations implements Plugins {
    final List<String> asked = new CopyOnWriteArrayList<>();
    final List<String> shownNames = new CopyOnWriteArrayList<>();
    volatile List<String> problems = List.of();
    volatile String storeState = "serving";

    @Override
    public List<PluginInfo> list() {
        return List.of(new PluginInfo(
                "sample",
                "1.0.0",
                "d1",
                "active",
                Instant.EPOCH,
                List.of("DocumentStoreFactory h2"),
                List.of("Sessions"),
                Optional.empty(),
                Optional.of("old class loader collected after 2 s"),
                Optional.empty()));
    }

    @Override
    public PluginInfo get(String name) {
        return list().stream()
                .filter(plugin -> plugin.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new PatchbayException(ErrorCode.NOT_FOUND, "There is no plugin '" + name + "'."));
    }

    @Override
    public Plan planInstall(Path jar) {
        try {
            return plan("install", Files.readString(jar));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Plan planInstall(Path jar, String shownName) {
        shownNames.add(shownName);
        return planInstall(jar);
    }

    @Override
    public Plan planInstall(Path jar, String shownName, PlanOptions options) {
        if (options.reconnect()) {
            asked.add("reconnect");
        }
        return planInstall(jar, shownName);
    }

    @Override
    public Plan planInstallFrom(String url, String sha256) {
        return plan("install", url + " " + sha256);
    }

    @Override
    public Job installFrom(String url, String sha256) {
        return job("install " + url + " " + sha256);
    }

    @Override
    public Plan planStart(String name) {
        return plan("start", get(name).name());
    }

    @Override
    public Plan planStop(String name) {
        return plan("stop", get(name).name());
    }

    @Override
    public Plan planUninstall(String name) {
        return plan("uninstall", get(name).name());
    }

    @Override
    public Plan planRollBack(String name) {
        return plan("rollback", name);
    }

    @Override
    public Job execute(Plan plan) {
        if (!plan.problems().isEmpty()) {
            throw new PatchbayException(ErrorCode.PLUGIN_UNRESOLVED, String.join(" ", plan.problems()));
        }
        return job(plan.kind() + " " + plan.plugin());
    }

    @Override
    public Plan reopen(Plan kept) {
        if (!kept.equals(plan(kept.kind(), kept.plugin()))) {
            throw new PatchbayException(ErrorCode.PLAN_OUTDATED, "The node has changed.");
        }
        return kept;
    }

    @Override
    public Plan reopen(Plan kept, Path jar) {
        throw new UnsupportedOperationException(jar.toString());
    }

    @Override
    public List<PluginReceipt> receipts() {
        return List.of(new PluginReceipt(
                "sample",
                "0.9.0",
                Instant.EPOCH,
                "held",
                Optional.empty(),
                List.of("thread \"x\""),
                List.of(),
                "0.9.0: old class loader held by thread \"x\""));
    }

    @Override
    public List<PluginReceipt> collect() {
        asked.add("collect");
        return receipts();
    }

    Stores stores() {
        return new Stores() {
            @Override
            public List<StoreInfo> list() {
                return List.of(new StoreInfo(
                        "documents", storeState, "sqlite", true, 3, "m1:7", Optional.empty(), 0, Optional.empty()));
            }

            @Override
            public Job swap(String store, String adapter, Map<String, String> settings, boolean plaintext) {
                return job("swap " + store + " to " + adapter + " " + settings + (plaintext ? " in clear" : ""));
            }

            @Override
            public Optional<Job> sealAnew(String store) {
                return Optional.of(job("seal " + store + " anew"));
            }

            @Override
            public Job rollBack(String store) {
                return job("roll back " + store);
            }

            @Override
            public void drop(String store) {
                asked.add("drop " + store);
            }

            @Override
            public Job verify(String store, Optional<String> against) {
                return job("verify " + store
                        + against.map(adapter -> " against " + adapter).orElse(""));
            }

            @Override
            public Optional<StoreVerification> findVerification(String store, long skip, int limit) {
                if (!store.equals("documents")) {
                    return Optional.empty();
                }
                return Optional.of(new StoreVerification(
                        "job-1",
                        "h2",
                        "sqlite",
                        "e:7",
                        Instant.EPOCH,
                        Duration.ofMillis(12),
                        100,
                        2,
                        List.of(new StoreDifference("documents", "cities", "id-" + skip, 4, List.of("body")))));
            }
        };
    }

    Jobs jobs() {
        return new Jobs() {
            @Override
            public Job start(String kind, String title, Function<JobControl, String> body) {
                throw new UnsupportedOperationException(title);
            }

            @Override
            public Optional<Job> find(String id) {
                return list().stream().filter(job -> job.id().equals(id)).findFirst();
            }

            @Override
            public List<Job> list() {
                return List.of(new NotedJob("j1", "swap documents to h2"));
            }
        };
    }

    private Plan plan(String kind, String plugin) {
        return new Plan(
                "p1",
                kind,
                plugin,
                Optional.empty(),
                Optional.of("1.0.0"),
                Optional.empty(),
                List.of("start it"),
                List.of("+store h2"),
                problems,
                List.of(),
                List.of(),
                List.of(new PlanHandOver("store", "h2", "added", "none", 0, "stores", "Stores can be swapped to h2.")),
                Map.of("bundle sample", "1.0.0"),
                "sample.jar",
                "s1");
    }

    private Job job(String title) {
        asked.add(title);
        return new NotedJob("j1", title);
    }

    private final class NotedJob implements Job {
        private final String id;
        private final String title;

        NotedJob(String id, String title) {
            this.id = id;
            this.title = title;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String kind() {
            return "store-swap";
        }

        @Override
        public String title() {
            return title;
        }

        @Override
        public State state() {
            return State.RUNNING;
        }

        @Override
        public String progressText() {
            return "copying";
        }

        @Override
        public Optional<Double> progress() {
            return Optional.of(0.25);
        }

        @Override
        public Optional<Duration> eta() {
            return Optional.of(Duration.ofSeconds(12));
        }

        @Override
        public Optional<PatchbayException> failure() {
            return Optional.empty();
        }

        @Override
        public Optional<String> result() {
            return Optional.empty();
        }

        @Override
        public void cancel() {
            asked.add("cancel " + id);
        }

        @Override
        public CompletionStage<Void> ended() {
            return new CompletableFuture<>();
        }
    }
}
