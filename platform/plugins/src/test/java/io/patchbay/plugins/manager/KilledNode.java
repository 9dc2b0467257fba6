package io.patchbay.plugins.manager;

import java.nio.file.Path;

/** A node in a JVM of its own, which a failpoint kills during one change; arguments: home, "install", "uninstall", "start", "stop" or "inbox", jar. */
final class KilledNode {
    private KilledNode() {}

    public static void main(String[] arguments) throws Exception {
        TestNode node = TestNode.start(Path.of(arguments[0]));
        if (arguments[1].equals("install")) {
            node.install(Path.of(arguments[2]));
        } else if (arguments[1].equals("inbox")) {
            Thread.currentThread().join();
        } else if (arguments[1].equals("stop")) {
            node.succeed(node.plugins.planStop(SamplePlugin.NAME));
        } else if (arguments[1].equals("start")) {
            node.succeed(node.plugins.planStart(SamplePlugin.NAME));
        } else {
            node.succeed(node.plugins.planUninstall(SamplePlugin.NAME));
        }
        // Not reached when the failpoint works.
        Runtime.getRuntime().halt(0);
    }
}
