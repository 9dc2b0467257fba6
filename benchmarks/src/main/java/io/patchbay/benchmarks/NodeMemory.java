package io.patchbay.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a Java process on this machine holds, as the JDK's jcmd and Linux tell it. */
final class NodeMemory {
    private static final Pattern HEAP_USED = Pattern.compile("used (\\d+)K");

    private NodeMemory() {}

    /** Collects garbage; the second time frees what the first has only made unreachable (cleaners of buffers, class loaders). */
    static void collect(long pid) throws IOException, InterruptedException {
        jcmd(pid, "GC.run");
        jcmd(pid, "GC.run");
    }

    static long heapKib(long pid) throws IOException, InterruptedException {
        // Some collectors tell of each generation; the space of classes is no heap.
        String heap = jcmd(pid, "GC.heap_info")
                .lines()
                .filter(line -> !line.contains("Metaspace") && !line.contains("class space"))
                .collect(Collectors.joining("\n"));
        Matcher used = HEAP_USED.matcher(heap);
        long kib = 0;
        while (used.find()) {
            kib += Long.parseLong(used.group(1));
        }
        if (kib == 0) {
            throw new IOException("There is no use of the heap in " + heap);
        }
        return kib;
    }

    static long rssKib(long pid) throws IOException {
        return status(pid, "VmRSS:");
    }

    static long threads(long pid) throws IOException {
        return status(pid, "Threads:");
    }

    private static long status(long pid, String field) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith(field)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("The process has no " + field);
    }

    /** Class loaders of bundles. */
    static long bundleLoaders(long pid) throws IOException, InterruptedException {
        return jcmd(pid, "VM.classloader_stats")
                .lines()
                .filter(line -> line.endsWith("BundleClassLoader"))
                .count();
    }

    /** Mappings of native libraries: one that is loaded from two files counts twice. */
    static long libraries(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/maps")).stream()
                .filter(line -> line.contains(".so") && line.contains(" r-xp "))
                .count();
    }

    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process = new ProcessBuilder(jcmd, Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(output);
        }
        return output;
    }
}
