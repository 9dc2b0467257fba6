package io.patchbay.plugins.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.DocumentStoreFactory;
import io.patchbay.api.http.Arrival;
import io.patchbay.api.http.HttpRoute;
import io.patchbay.api.http.Transport;
import io.patchbay.api.migration.StateRecord;
import io.patchbay.api.migration.StateVersions;
import io.patchbay.api.plugin.Lease;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.plugin.PlanHandOver;
import io.patchbay.api.plugin.PlanNeed;
import io.patchbay.api.plugin.PlanOptions;
import io.patchbay.api.plugin.Providers;
import io.patchbay.api.protocol.Codec;
import io.patchbay.api.protocol.Connection;
import io.patchbay.api.protocol.Connections;
import io.patchbay.api.protocol.MessageChannel;
import io.patchbay.api.protocol.MessageReceiver;
import io.patchbay.api.protocol.Protocol;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.FrameworkUtil;

/** What a plan says beforehand: who is affected, and what is needed. */
class PlanTest {
    private static final String REGISTERS = """
            context.registerService(
                    io.patchbay.api.plugin.Component.class,
                    () -> null,
                    org.osgi.framework.FrameworkUtil.asDictionary(java.util.Map.of("patchbay.name", "greeter")));
            """;

    @TempDir
    Path folder;

    private final StorePluginTest.FixedStores stores = new StorePluginTest.FixedStores();
    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder.resolve("home"), Optional.of(stores));
        node.plugins.setConnections(new FixedConnections());
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    @Test
    void connectionsOfAProtocolStayOpen() throws Exception {
        node.context.registerService(
                Protocol.class,
                new SilentProtocol(),
                FrameworkUtil.asDictionary(Map.of(Providers.NAME, "patchbay.v1")));

        assertThat(node.plugins
                        .planInstall(offering("1.1.0", Protocol.class, "patchbay.v1"))
                        .handOvers())
                .containsExactly(new PlanHandOver(
                        "protocol",
                        "patchbay.v1",
                        "replaced",
                        "codec",
                        1214,
                        "connections",
                        "1,214 connections of patchbay.v1 stay open: each gets the new codec between two frames."));
    }

    @Test
    void whatAnActivatorRegistersIsNotGuessedAt() throws Exception {
        node.install(SamplePlugin.version("1.0.0").activator(REGISTERS).build(folder));
        Plan plan = node.plugins.planInstall(
                SamplePlugin.version("1.1.0").activator(REGISTERS).build(folder));

        assertThat(plan.services()).as("not \"removed\"").isEmpty();
        assertThat(plan.warnings())
                .contains(
                        "It has a bundle activator: what services that registers shows only when it has started; this plan knows those of its components alone.");
        assertThat(node.plugins.planUninstall(SamplePlugin.NAME).services()).containsExactly("-Component greeter");
    }

    @Test
    void aStateThatCannotBeAdoptedIsAProblemUnlessReconnectsAreAccepted() throws Exception {
        node.context.registerService(
                Protocol.class,
                new SilentProtocol(),
                FrameworkUtil.asDictionary(
                        Map.of(Providers.NAME, "patchbay.v1", StateVersions.SAVES, "2", StateVersions.ADOPTS, "1,2")));

        Path old = protocolWithState("1.1.0", "1", "1");
        Plan refused = node.plugins.planInstall(old);
        assertThat(refused.problems())
                .containsExactly(
                        "com.example.greeter 1.1.0 cannot adopt the state of Protocol patchbay.v1 (version 2); its 1,214 connections would have to reconnect: say --reconnect to accept that.");

        Plan accepted = node.plugins.planInstall(old, "old.jar", new PlanOptions(true));
        assertThat(accepted.problems()).isEmpty();
        assertThat(accepted.handOvers().get(0).way()).isEqualTo("reconnect");
        assertThat(texts(accepted))
                .containsExactly(
                        "1,214 connections of patchbay.v1 are closed, and reconnect and resume, spread over time: the new version cannot adopt their state.");
        assertThat(node.plugins.reopen(accepted).problems())
                .as("kept, and carried out later")
                .isEmpty();

        assertThat(node.plugins
                        .planInstall(protocolWithState("1.2.0", "3", "2,3"))
                        .problems())
                .isEmpty();
        assertThat(catchThrowableOfType(
                                PatchbayException.class,
                                () -> node.plugins.planInstall(protocolWithState("1.3.0", "two", "2")))
                        .getMessage())
                .contains("patchbay.state.saves has \"two\"");
    }

    private Path protocolWithState(String version, String saves, String adopts) throws Exception {
        return SamplePlugin.version(version)
                .offers(Protocol.class.getName(), "patchbay.v1")
                .references("<property name=\"%s\" value=\"%s\"/><property name=\"%s\" value=\"%s\"/>"
                        .formatted(StateVersions.SAVES, saves, StateVersions.ADOPTS, adopts))
                .build(folder);
    }

    @Test
    void storeIsReopenedAndItsWritersWait() throws Exception {
        node.install(offering("1.0.0", DocumentStoreFactory.class, "h2"));
        assertThat(texts(node.plugins.planInstall(offering("1.1.0", DocumentStoreFactory.class, "h2"))))
                .containsExactly("No store stands on h2, so nobody is affected.");

        stores.serve("h2", Optional.empty());

        Plan plan = node.plugins.planInstall(offering("1.1.0", DocumentStoreFactory.class, "h2"));
        assertThat(texts(plan))
                .containsExactly(
                        "The store documents (h2) is reopened by the new version: writers wait, at most 10 s, none fails.");
        assertThat(plan.handOvers().get(0).way()).isEqualTo("reopen");
    }

    @Test
    void callsThatRunAreCounted() throws Exception {
        node.install(offering("1.0.0", Runnable.class, "job"));

        try (Lease<Runnable> lease = node.switchboard.acquire(Runnable.class, "job")) {
            Plan plan = node.plugins.planInstall(offering("1.1.0", HttpRoute.class, "jobs"));

            assertThat(texts(plan))
                    .containsExactly(
                            "The HTTP routes jobs are served.",
                            "Runnable job goes: 1 call that runs now has 10 s to end, later ones wait in vain.");
            assertThat(plan.handOvers().get(1).affected()).isEqualTo(1);
            assertThat(lease.current()).isTrue();
        }
    }

    @Test
    void whoIsAffectedMayComeAndGoUntilThePlanIsCarriedOut() throws Exception {
        node.install(offering("1.0.0", Runnable.class, "job"));
        Plan plan;
        try (Lease<Runnable> lease = node.switchboard.acquire(Runnable.class, "job")) {
            plan = node.plugins.planInstall(offering("1.1.0", Runnable.class, "job"));
            assertThat(plan.handOvers().get(0).affected()).isEqualTo(1);
            assertThat(lease.current()).isTrue();
        }

        node.succeed(plan);

        assertThat(node.plugins.get(SamplePlugin.NAME).version()).isEqualTo("1.1.0");
    }

    @Test
    void everyKindHasASentenceForEachFate() {
        for (ExtensionPoint point : ExtensionPoint.values()) {
            for (ExtensionPoint.Fate fate : ExtensionPoint.Fate.values()) {
                for (long affected : new long[] {0, 1, 2}) {
                    assertThat(point.sentence(fate, "x", affected))
                            .contains("x")
                            .endsWith(".")
                            .doesNotContain("NAME", "COUNT", "DRAIN", "WAIT", "|");
                }
            }
        }
        assertThat(ExtensionPoint.of(Transport.class.getName())).contains(ExtensionPoint.TRANSPORT);
    }

    @Test
    void aTransportThatCannotGiveItsConnectionsAwayHasThemReconnect() throws Exception {
        node.context.registerService(
                Transport.class,
                new Transport() {
                    @Override
                    public String name() {
                        return "http";
                    }

                    @Override
                    public void accept(Arrival arrival) {}

                    @Override
                    public int connections() {
                        return 3;
                    }

                    @Override
                    public CompletionStage<Void> drain() {
                        return CompletableFuture.completedFuture(null);
                    }
                },
                new Hashtable<>(Map.of(Providers.NAME, "http")));
        Plan plan = node.plugins.planInstall(offering("1.0.0", Transport.class, "http"));

        PlanHandOver handOver = plan.handOvers().stream()
                .filter(each -> each.kind().equals("transport"))
                .findFirst()
                .orElseThrow();
        assertThat(handOver.way()).isEqualTo("reconnect");
        assertThat(handOver.affected()).isEqualTo(3);
        assertThat(handOver.text()).startsWith("3 connections of the transport http are asked to reconnect");
    }

    @Test
    void needsSayWhichVersionOfWhomMeetsThem() throws Exception {
        Plan plan = node.plugins.planInstall(SamplePlugin.version("1.0.0")
                .header(
                        "Import-Package",
                        "io.patchbay.api.plugin;version=\"[0.1,1)\",io.patchbay.api.document,io.patchbay.api,com.example.nowhere")
                .build(folder));

        assertThat(plan.needs())
                .contains(
                        new PlanNeed(
                                "package",
                                "io.patchbay.api.plugin",
                                Optional.of("[0.1.0,1.0.0)"),
                                Optional.of("org.apache.felix.framework"),
                                Optional.of("0.1.0"),
                                Optional.empty()),
                        new PlanNeed(
                                "package",
                                "com.example.nowhere",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of("nobody in this node offers it")));
    }

    @Test
    void missingServiceIsOfferedByAPluginThatIsStopped() throws Exception {
        node.install(named("com.example.provider", "1.0.0")
                .header(
                        "Provide-Capability",
                        "osgi.service;objectClass:List<String>=\"io.patchbay.api.plugin.Component\"")
                .build(folder));
        Path needy = needy();
        assertThat(service(node.plugins.planInstall(needy)).metBy()).contains("com.example.provider");

        node.succeed(node.plugins.planStop("com.example.provider"));

        Plan plan = node.plugins.planInstall(needy);
        assertThat(service(plan).advice()).contains("start com.example.provider, which offers it");
        assertThat(plan.warnings())
                .contains(
                        "com.example.needy 1.0.0 needs the service io.patchbay.api.plugin.Component: start com.example.provider, which offers it.");
        assertThat(plan.problems()).isEmpty();
    }

    @Test
    void whatAStoppedPluginExportsIsThereAfterARestart() throws Exception {
        node.install(named("com.example.provider", "1.0.0")
                .header("Export-Package", "com.example.greeter;version=\"1.2.0\"")
                .build(folder));
        node.succeed(node.plugins.planStop("com.example.provider"));
        node.close();
        node = TestNode.start(folder.resolve("home"), Optional.of(stores));

        Plan plan = node.plugins.planInstall(named("com.example.user", "1.0.0")
                .header(
                        "Import-Package",
                        "com.example.greeter;version=\"[1,2)\",io.patchbay.api.plugin,io.patchbay.api.document,io.patchbay.api")
                .build(folder));

        assertThat(plan.problems()).isEmpty();
        assertThat(plan.needs())
                .filteredOn(need -> need.name().equals("com.example.greeter"))
                .extracting(PlanNeed::metBy, PlanNeed::version)
                .containsExactly(tuple(Optional.of("com.example.provider"), Optional.of("1.2.0")));
    }

    private static PlanNeed service(Plan plan) {
        return plan.needs().stream()
                .filter(need -> need.kind().equals("service"))
                .findFirst()
                .orElseThrow();
    }

    private Path needy() throws Exception {
        return named("com.example.needy", "1.0.0")
                .offers(HttpRoute.class.getName(), "needy")
                .header(
                        "Require-Capability",
                        "osgi.service;filter:=\"(objectClass=io.patchbay.api.plugin.Component)\";effective:=active")
                .build(folder);
    }

    private static List<String> texts(Plan plan) {
        return plan.handOvers().stream().map(PlanHandOver::text).toList();
    }

    private static SamplePlugin named(String name, String version) {
        return SamplePlugin.version(version).header("Bundle-SymbolicName", name);
    }

    private Path offering(String version, Class<?> type, String name) throws Exception {
        Files.createDirectories(folder);
        return SamplePlugin.version(version).offers(type.getName(), name).build(folder);
    }

    /** A node's connections, of which there is always the same number. */
    private static final class FixedConnections implements Connections {
        @Override
        public boolean offers(String protocol) {
            return true;
        }

        @Override
        public int count(String protocol) {
            return protocol.equals("patchbay.v1") ? 1214 : 0;
        }

        @Override
        public MessageReceiver open(String protocol, MessageChannel channel, String remoteAddress) {
            throw new IllegalStateException("nobody connects here");
        }
    }

    /** Has a name, and never a connection. */
    private static final class SilentProtocol implements Protocol {
        @Override
        public String name() {
            return "patchbay.v1";
        }

        @Override
        public Codec open(Connection connection, Optional<StateRecord> state) {
            throw new IllegalStateException("nobody connects here");
        }
    }
}
