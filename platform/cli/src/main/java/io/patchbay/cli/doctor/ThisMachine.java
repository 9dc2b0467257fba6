package io.patchbay.cli.doctor;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** This computer; what only Linux tells is asked of {@code /proc}. */
public final class ThisMachine implements Machine {
    private static final long COMMAND_SECONDS = 5;
    private static final int TCP_LOCAL = 1;
    private static final int TCP_STATE = 3;
    private static final int TCP_INODE = 9;
    private static final String LISTENING = "0A";

    @Override
    public int javaVersion() {
        return Runtime.version().feature();
    }

    @Override
    public Optional<Long> freeBytes(Path folder) {
        try {
            return Optional.of(Files.getFileStore(folder).getUsableSpace());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<Long> freeInodes(Path folder) {
        // POSIX knows no such option, GNU and busybox do; Java can't tell at all.
        List<String> lines = run("df", "-P", "-i", folder.toString());
        if (lines.size() != 2) {
            return Optional.empty();
        }
        String[] columns = lines.get(1).trim().split("\\s+");
        try {
            long total = Long.parseLong(columns[1]);
            // btrfs and others have no fixed number: they say 0.
            return total == 0 ? Optional.empty() : Optional.of(Long.parseLong(columns[3]));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    private static List<String> run(String... command) {
        try {
            Path output = Files.createTempFile("patchbay-doctor", ".txt");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    return List.of();
                }
                return process.exitValue() == 0 ? Files.readAllLines(output) : List.of();
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    @Override
    public Optional<String> fileSystem(Path folder) {
        try {
            return Optional.of(Files.getFileStore(folder).type());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<Long> openFilesLimit(Optional<Long> pid) {
        Path limits = Path.of("/proc", pid.map(String::valueOf).orElse("self"), "limits");
        try (Stream<String> lines = Files.lines(limits)) {
            return lines.filter(line -> line.startsWith("Max open files"))
                    .map(line ->
                            line.substring("Max open files".length()).trim().split("\\s+")[0])
                    .filter(soft -> !soft.equals("unlimited"))
                    .map(Long::valueOf)
                    .findFirst();
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<Long> memoryBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? Optional.of(system.getTotalMemorySize())
                : Optional.empty();
    }

    @Override
    public Optional<String> portOwner(String address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
            return Optional.empty();
        } catch (IOException taken) {
            return Optional.of(ownerOf(port).orElse("another process"));
        }
    }

    /** Empty for processes of other users, whose files can't be looked at. */
    private static Optional<String> ownerOf(int port) {
        Set<String> inodes = new HashSet<>(inodes("/proc/net/tcp", port));
        inodes.addAll(inodes("/proc/net/tcp6", port));
        if (inodes.isEmpty()) {
            return Optional.empty();
        }
        return ProcessHandle.allProcesses()
                .filter(process -> holds(process.pid(), inodes))
                .findFirst()
                .map(process -> "process " + process.pid() + " (" + name(process.pid()) + ")");
    }

    private static Set<String> inodes(String table, int port) {
        Set<String> inodes = new HashSet<>();
        String end = String.format(":%04X", port);
        try (Stream<String> lines = Files.lines(Path.of(table), StandardCharsets.US_ASCII)) {
            lines.skip(1).map(line -> line.trim().split("\\s+")).forEach(columns -> {
                if (columns.length > TCP_INODE
                        && columns[TCP_LOCAL].endsWith(end)
                        && columns[TCP_STATE].equals(LISTENING)) {
                    inodes.add("socket:[" + columns[TCP_INODE] + "]");
                }
            });
        } catch (IOException e) {
            return Set.of();
        }
        return inodes;
    }

    private static boolean holds(long pid, Set<String> inodes) {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return files.anyMatch(file -> {
                try {
                    return inodes.contains(Files.readSymbolicLink(file).toString());
                } catch (IOException closed) {
                    return false;
                }
            });
        } catch (IOException foreign) {
            return false;
        }
    }

    private static String name(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "comm"))
                    .strip();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
