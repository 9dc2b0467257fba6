package io.patchbay.cli.doctor;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What the machine must have. */
final class MachineChecks {
    private static final int OLDEST_JAVA = 17;
    private static final int NEWEST_TESTED_JAVA = 25;
    private static final long MIB = 1L << 20;
    private static final long LEAST_FREE_BYTES = 100 * MIB;
    private static final long FEW_FREE_BYTES = 1024 * MIB;
    private static final long LEAST_INODES = 1000;
    private static final long FEW_INODES = 10_000;

    /** What a node takes at most: connections, and as many again for files, streams and what is being closed. */
    private static final long CONNECTIONS_MAX = 20_000;

    private static final long LEAST_OPEN_FILES = 1024;
    private static final double HEAP_SHARE_MAX = 0.75;

    /** Those whose locks or shared memory SQLite's write-ahead log can't rely on. */
    private static final Set<String> NETWORK_FILE_SYSTEMS = Set.of(
            "nfs",
            "nfs3",
            "nfs4",
            "cifs",
            "smb",
            "smb2",
            "smb3",
            "smbfs",
            "afs",
            "9p",
            "ceph",
            "glusterfs",
            "lustre",
            "fuse.sshfs",
            "fuse.glusterfs",
            "fuse.s3fs",
            "fuse.rclone",
            "fuse.gcsfuse",
            "davfs",
            "fuse.davfs",
            "webdav",
            "vboxsf",
            "vmhgfs",
            "fuse.vmhgfs-fuse",
            "prl_fs",
            "virtiofs");

    private MachineChecks() {}

    static List<Finding> java(Patient patient) {
        int version = patient.machine().javaVersion();
        if (version < OLDEST_JAVA) {
            return List.of(Finding.error(
                    "java",
                    "This is Java " + version + ", and a node needs " + OLDEST_JAVA + " or newer.",
                    "Install a Java runtime, " + OLDEST_JAVA + " or newer, or set JAVA_HOME to one."));
        }
        if (version > NEWEST_TESTED_JAVA) {
            return List.of(Finding.note(
                    "java",
                    "This is Java " + version + "; Patchbay is tested on " + OLDEST_JAVA + " to " + NEWEST_TESTED_JAVA
                            + ".",
                    "If something odd happens, set JAVA_HOME to one of those."));
        }
        return List.of();
    }

    static List<Finding> disk(Patient patient) {
        Optional<Long> free = patient.machine().freeBytes(patient.home());
        if (free.isEmpty() || free.get() >= FEW_FREE_BYTES) {
            return List.of();
        }
        String problem = "The disk of " + patient.home() + " has only " + free.get() / MIB + " MiB left.";
        String remedy =
                "Free some space; 'patchbay store list' and the folder logs show what grows, and 'feed.keepBytes' in conf/patchbay.yaml limits the kept changes.";
        return List.of(
                free.get() < LEAST_FREE_BYTES
                        ? Finding.error("disk", problem, remedy)
                        : Finding.warning("disk", problem, remedy));
    }

    static List<Finding> inodes(Patient patient) {
        Optional<Long> free = patient.machine().freeInodes(patient.home());
        if (free.isEmpty() || free.get() >= FEW_INODES) {
            return List.of();
        }
        String problem = "The file system of " + patient.home() + " can take only " + free.get()
                + " more files (inodes), however much space it has.";
        String remedy = "Delete small files that nobody needs; 'df -i' shows the file systems.";
        return List.of(
                free.get() < LEAST_INODES
                        ? Finding.error("inodes", problem, remedy)
                        : Finding.warning("inodes", problem, remedy));
    }

    static List<Finding> fileSystem(Patient patient) {
        return patient.machine()
                .fileSystem(patient.home())
                .filter(type -> NETWORK_FILE_SYSTEMS.contains(type.toLowerCase(Locale.ROOT)))
                .map(type -> List.of(Finding.error(
                        "file-system",
                        "The home is on " + type
                                + ", a network or shared file system, on which the write-ahead log of SQLite can lose or corrupt data.",
                        "Stop the node and move the home to a local disk.")))
                .orElse(List.of());
    }

    static List<Finding> openFiles(Patient patient) {
        Optional<Long> limit = patient.machine().openFilesLimit(patient.pid());
        if (limit.isEmpty() || limit.get() >= CONNECTIONS_MAX + LEAST_OPEN_FILES) {
            return List.of();
        }
        String problem = "A process may have " + limit.get() + " files open, and a node takes up to " + CONNECTIONS_MAX
                + " connections, each of which is one.";
        String remedy =
                "Raise the limit: 'ulimit -n 65536' before the start, or LimitNOFILE=65536 in the systemd unit; below it, more clients than that are turned away.";
        return List.of(
                limit.get() < LEAST_OPEN_FILES
                        ? Finding.error("open-files", problem, remedy)
                        : Finding.note("open-files", problem, remedy));
    }

    static List<Finding> memory(Patient patient) {
        Optional<Long> memory = patient.machine().memoryBytes();
        Optional<Long> heap = patient.status().flatMap(status -> status.findInt("heapMaxBytes"));
        if (memory.isEmpty() || heap.isEmpty() || heap.get() <= memory.get() * HEAP_SHARE_MAX) {
            return List.of();
        }
        return List.of(Finding.warning(
                "memory",
                "The node's heap may grow to " + heap.get() / MIB + " MiB of the machine's " + memory.get() / MIB
                        + " MiB, which leaves too little for the rest of the process and the file cache.",
                "Give -Xmx in PATCHBAY_JAVA_OPTS, at most half of the memory, and restart."));
    }
}
