package io.patchbay.cli.doctor;

import java.nio.file.Path;
import java.util.Optional;

/** The computer beneath a node. What it can't tell is empty: then nothing is said of it. */
public interface Machine {
    /** Java's major version. */
    int javaVersion();

    Optional<Long> freeBytes(Path folder);

    Optional<Long> freeInodes(Path folder);

    /** Such as {@code ext4}. */
    Optional<String> fileSystem(Path folder);

    /** How many files a process may have open; of this one if {@code pid} is empty. */
    Optional<Long> openFilesLimit(Optional<Long> pid);

    Optional<Long> memoryBytes();

    /** Who holds a port on this machine, as {@code process 7 (java)} or {@code another process}; empty if it is free. */
    Optional<String> portOwner(String address, int port);
}
