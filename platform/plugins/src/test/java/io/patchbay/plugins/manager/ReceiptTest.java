package io.patchbay.plugins.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patchbay.api.plugin.PluginReceipt;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Logger;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of class loaders: plugins that leave something behind are told by what it is. */
class ReceiptTest {
    private static final int UPDATES = 20;

    @TempDir
    Path folder;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start(folder.resolve("home"));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    /** A way to leave something behind, what is said of it, and how to be rid of it. */
    enum Leak {
        CONTEXT_LOADER(
                "Thread t = new Thread(() -> { try { Thread.sleep(3600000); } catch (InterruptedException e) { } }, \"leaked by greeter\");"
                        + "t.setDaemon(true); t.setContextClassLoader(getClass().getClassLoader()); t.start();",
                "thread \"leaked by greeter\", whose context class loader it is"),
        OWN_THREAD(
                "class Own extends Thread { Own() { super(\"leaked by greeter\"); setDaemon(true); setContextClassLoader(null); }"
                        + " public void run() { try { Thread.sleep(3600000); } catch (InterruptedException e) { } } } new Own().start();",
                "thread \"leaked by greeter\", whose class is its own"),
        RUNNING_THREAD(
                "Thread t = new Thread(() -> { try { Thread.sleep(3600000); } catch (InterruptedException e) { } }, \"leaked by greeter\");"
                        + "t.setDaemon(true); t.setContextClassLoader(null); t.start();",
                "thread \"leaked by greeter\", which runs com.example.greeter.Greeter.lambda$activate$0"),
        DEFAULT_HANDLER(
                "Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> { });",
                "the default handler of uncaught exceptions"),
        SYSTEM_PROPERTY("System.getProperties().put(\"greeter.leak\", this);", "the system property greeter.leak"),
        MBEAN(
                "java.lang.management.ManagementFactory.getPlatformMBeanServer().registerMBean("
                        + "new javax.management.StandardMBean((Runnable) () -> { }, Runnable.class) { },"
                        + " new javax.management.ObjectName(\"com.example:type=Leak\"));",
                "the MBean com.example:type=Leak"),
        LOG_HANDLER(
                "java.util.logging.Logger.getLogger(\"\").addHandler(new java.util.logging.Handler() {"
                        + " public void publish(java.util.logging.LogRecord r) { } public void flush() { } public void close() { } });",
                "a log handler of java.util.logging \"\"");

        private final String statements;
        private final String said;

        Leak(String statements, String said) {
            this.statements = statements;
            this.said = said;
        }

        void mend() throws Exception {
            switch (this) {
                case CONTEXT_LOADER, OWN_THREAD, RUNNING_THREAD -> {
                    for (Thread thread : Thread.getAllStackTraces().keySet()) {
                        if (thread.getName().equals("leaked by greeter")) {
                            thread.interrupt();
                            thread.join();
                        }
                    }
                }
                case DEFAULT_HANDLER -> Thread.setDefaultUncaughtExceptionHandler(null);
                case SYSTEM_PROPERTY -> System.getProperties().remove("greeter.leak");
                case MBEAN ->
                    ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName("com.example:type=Leak"));
                case LOG_HANDLER -> {
                    Logger root = Logger.getLogger("");
                    for (Handler handler : root.getHandlers()) {
                        if (handler.getClass().getName().startsWith("com.example.")) {
                            root.removeHandler(handler);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAPluginLeavesBehindIsNamedAndOnceItIsGoneTheLoaderIsCollected(Leak leak) throws Exception {
        node.install(SamplePlugin.version("1.0.0")
                .header(
                        "Import-Package",
                        "io.patchbay.api.plugin,io.patchbay.api.document,io.patchbay.api,javax.management")
                .onActivate(leak.statements)
                .build(folder));
        node.greet();
        node.install(version("1.1.0"));

        try {
            PluginReceipt held = node.plugins.collect().get(0);

            assertThat(held.holders()).contains(leak.said);
            assertThat(held.state()).isEqualTo("held");
            assertThat(held.text()).startsWith("1.0.0: old class loader held by ");
            assertThat(node.plugins.get(SamplePlugin.NAME).receipt()).contains(held.text());
        } finally {
            leak.mend();
        }
        awaitCollected();
    }

    @Test
    void whatNobodyCanSeeIsSaidToBeSo() throws Exception {
        node.install(SamplePlugin.version("1.0.0")
                .onActivate("Runtime.getRuntime().addShutdownHook(new Thread(() -> { }, \"hook of greeter\"));")
                .build(folder));
        node.install(version("1.1.0"));

        PluginReceipt held = node.plugins.collect().get(0);

        assertThat(held.state()).isEqualTo("held");
        assertThat(held.holders()).isEmpty();
        assertThat(held.text())
                .contains("held by something that the node can't see")
                .contains("jcmd " + ProcessHandle.current().pid() + " GC.heap_dump FILE");
    }

    @Test
    void uninstalledPluginHasAReceiptToo() throws Exception {
        node.install(version("1.0.0"));
        node.greet();
        node.succeed(node.plugins.planUninstall(SamplePlugin.NAME));

        awaitCollected();

        assertThat(node.plugins.receipts()).singleElement().satisfies(receipt -> {
            assertThat(receipt.plugin()).isEqualTo(SamplePlugin.NAME);
            assertThat(receipt.version()).isEqualTo("1.0.0");
            assertThat(receipt.holders()).isEmpty();
        });
    }

    @Test
    void twentyUpdatesLeaveNoLoader() throws Exception {
        node.install(version("1.0.0"));
        for (int i = 1; i <= UPDATES; i++) {
            node.greet();
            node.install(version("1.0." + i));
        }

        awaitCollected();

        assertThat(node.plugins.receipts()).hasSize(UPDATES);
        assertThat(node.plugins.receipts().get(0).version()).isEqualTo("1.0." + (UPDATES - 1));
    }

    @Test
    void beforeACollectionNothingIsSaidToBeHeld() throws Exception {
        node.install(version("1.0.0"));
        node.install(version("1.1.0"));

        // A collection may have run by itself.
        assertThat(node.plugins.receipts().get(0).state()).isIn("pending", "collected");
    }

    private void awaitCollected() {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            List<PluginReceipt> receipts = node.plugins.collect();
            assertThat(receipts).extracting(PluginReceipt::state).containsOnly("collected");
        });
    }

    private Path version(String version) throws Exception {
        return SamplePlugin.version(version).build(folder);
    }
}
