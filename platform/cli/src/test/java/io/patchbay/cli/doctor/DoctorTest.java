package io.patchbay.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each check, by making wrong what it looks at. */
class DoctorTest {
    private static final long GIB = 1L << 30;

    @TempDir
    private Path folder;

    private final FakeMachine machine = new FakeMachine();
    private Instant now = Instant.parse("2026-06-01T12:00:00Z");
    private Path home;
    private Path distribution;
    private Optional<Value.Struct> status = Optional.empty();
    private List<Value.Struct> plugins = List.of();
    private List<Value.Struct> stores = List.of();

    @BeforeEach
    void makeAHomeThatIsWell() throws IOException {
        home = folder.resolve("home");
        distribution = folder.resolve("distribution");
        Files.createDirectories(distribution.resolve("bundles"));
        for (String name : List.of("conf", "data", "keys", "logs", "plugins")) {
            Files.createDirectories(home.resolve(name));
        }
        for (String name : List.of("data", "keys", "logs")) {
            Files.setPosixFilePermissions(home.resolve(name), PosixFilePermissions.fromString("rwx------"));
        }
        write("data/format", "1\n");
        write("data/bindings", "documents.adapter=sqlite\ndocuments.directory=documents-1-sqlite\n");
        Files.createDirectories(home.resolve("data/documents-1-sqlite"));
        write("conf/patchbay.yaml", "listen:\n  port: 7420\n");
        adapter(distribution.resolve("bundles/store.jar"), "sqlite");
    }

    @Test
    void nothingIsFoundWhereNothingIsWrong() {
        assertThat(examine()).isEmpty();
        running("ready");
        assertThat(examine()).isEmpty();
    }

    @Test
    void javaIsTooOldOrUntested() {
        machine.java = 11;
        assertFinding(Finding.Weight.ERROR, "java", "needs 17");
        machine.java = 99;
        assertFinding(Finding.Weight.NOTE, "java", "tested on 17");
    }

    @Test
    void theDiskAndTheInodesRunOut() {
        machine.freeBytes = 500L << 20;
        assertFinding(Finding.Weight.WARNING, "disk", "500 MiB");
        machine.freeBytes = 1;
        assertFinding(Finding.Weight.ERROR, "disk", "0 MiB");
        machine.freeBytes = 100 * GIB;
        machine.freeInodes = 5000;
        assertFinding(Finding.Weight.WARNING, "inodes", "5000 more files");
        machine.freeInodes = 5;
        assertFinding(Finding.Weight.ERROR, "inodes", "5 more files");
    }

    @Test
    void theHomeIsOnANetworkFileSystem() {
        machine.fileSystem = "nfs4";
        assertFinding(Finding.Weight.ERROR, "file-system", "nfs4");
    }

    @Test
    void fewFilesMayBeOpen() {
        machine.openFiles = 256;
        assertFinding(Finding.Weight.ERROR, "open-files", "256 files open");
        machine.openFiles = 4096;
        assertFinding(Finding.Weight.NOTE, "open-files", "20000 connections");
    }

    @Test
    void theHeapMayGrowBeyondTheMemory() {
        running("ready");
        machine.memory = 600 << 20;
        assertFinding(Finding.Weight.WARNING, "memory", "512 MiB of the machine's 600 MiB");
    }

    @Test
    void thePortIsTaken() throws IOException {
        machine.portOwner = Optional.of("process 7 (nginx)");
        assertFinding(Finding.Weight.ERROR, "port", "7420 is used by process 7 (nginx)");
        running("ready");
        assertThat(examine()).isEmpty();
    }

    @Test
    void whoHoldsAPortIsFound() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Optional<String> owner = new ThisMachine().portOwner("127.0.0.1", taken.getLocalPort());
            assertThat(owner).isPresent();
            if (Files.exists(Path.of("/proc/net/tcp"))) {
                assertThat(owner.get())
                        .contains("process " + ProcessHandle.current().pid());
            }
        }
    }

    @Test
    void thisMachineTellsWhatItCan() {
        ThisMachine real = new ThisMachine();
        assertThat(real.javaVersion()).isGreaterThanOrEqualTo(17);
        assertThat(real.freeBytes(folder)).isPresent();
        assertThat(real.fileSystem(folder)).isPresent();
        assertThat(real.memoryBytes().orElseThrow()).isPositive();
        assertThat(real.freeBytes(folder.resolve("missing"))).isEmpty();
        if (Files.exists(Path.of("/proc/self/limits"))) {
            assertThat(real.openFilesLimit(Optional.of(ProcessHandle.current().pid())))
                    .isEqualTo(real.openFilesLimit(Optional.empty()));
        }
    }

    @Test
    void theConfigurationHasAMistake() throws IOException {
        write("conf/patchbay.yaml", "listen:\n  prot: 7420\n");
        assertFinding(Finding.Weight.ERROR, "configuration", "line 2: unknown property listen.prot");
    }

    @Test
    void theFormatIsNewerOrNoNumber() throws IOException {
        write("data/format", "2\n");
        assertFinding(Finding.Weight.ERROR, "home", "newer Patchbay (format 2");
        write("data/format", "x\n");
        assertFinding(Finding.Weight.ERROR, "home", "holds 'x'");
        Files.delete(home.resolve("data/format"));
        assertFinding(Finding.Weight.WARNING, "home", "could not be made");
    }

    @Test
    void othersCanReadKeysOrFolders() throws IOException {
        Files.setPosixFilePermissions(home.resolve("data"), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertFinding(Finding.Weight.WARNING, "permissions", "data can be entered by other users");
        Files.setPosixFilePermissions(home.resolve("data"), PosixFilePermissions.fromString("rwx------"));
        Path key = write("keys/token.key", "secret");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertFinding(Finding.Weight.ERROR, "permissions", "token.key can be read by other users");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        assertThat(examine()).isEmpty();
    }

    @Test
    void theClockIsWrong() throws IOException {
        Path log = write("logs/patchbay.log", "");
        Files.setLastModifiedTime(log, FileTime.from(now.plus(Duration.ofHours(1))));
        assertFinding(Finding.Weight.WARNING, "clock", "has been set back");
        now = Instant.parse("1970-01-02T00:00:00Z");
        assertThat(examine())
                .anyMatch(finding -> finding.check().equals("clock") && finding.weight() == Finding.Weight.ERROR);
    }

    @Test
    void theClassArchiveCouldNotBeMade() throws IOException {
        Files.createDirectories(home.resolve("data/cache"));
        write("data/cache/classes-17.key", "key");
        assertFinding(Finding.Weight.NOTE, "class-archive", "could not be made");
    }

    @Test
    void theBoundAdapterIsMissing() throws IOException {
        write("data/bindings", "documents.adapter=h2\ndocuments.directory=documents-1-sqlite\n");
        Finding finding =
                assertFinding(Finding.Weight.ERROR, "bindings", "adapter 'h2', which no installed plugin offers");
        assertThat(finding.problem()).contains("those that are there: sqlite");
        Files.createDirectories(home.resolve("data/plugins"));
        adapter(home.resolve("data/plugins/abc.jar"), "h2");
        write("data/plugins/wanted", "patchbay-plugins 1\nio.x 1.0 abc - - 2026-01-01T00:00:00Z x.jar\n");
        assertThat(examine()).isEmpty();
    }

    @Test
    void theBindingsAreDamagedOrTheirFolderIsGone() throws IOException {
        Files.delete(home.resolve("data/documents-1-sqlite"));
        assertFinding(Finding.Weight.ERROR, "bindings", "data/documents-1-sqlite, in which the documents");
        write("data/bindings", "# nothing\n");
        assertFinding(Finding.Weight.ERROR, "bindings", "lacks documents.adapter");
    }

    @Test
    void aStoreDoesNotServe() {
        running("ready");
        stores = List.of(Value.struct("name", Value.of("documents"), "fault", Value.of("The disk is gone.")));
        assertFinding(Finding.Weight.ERROR, "bindings", "The disk is gone.");
    }

    @Test
    void aSwapLeftSomething() throws IOException {
        Files.createDirectories(home.resolve("data/documents-2-h2"));
        assertFinding(Finding.Weight.WARNING, "leftovers", "documents-2-h2 looks like a store");
        write("data/documents-2-h2/.unbound", "");
        assertFinding(Finding.Weight.NOTE, "leftovers", "interrupted");
        running("ready");
        stores = List.of(Value.struct("name", Value.of("documents"), "state", Value.of("migrating")));
        assertThat(examine()).isEmpty();
    }

    @Test
    void pluginsHaveFailedOrAreHeld() throws IOException {
        running("ready");
        plugins = List.of(Value.struct(
                "name", Value.of("io.x"), "state", Value.of("failed"), "fault", Value.of("It needs io.y.")));
        assertFinding(Finding.Weight.ERROR, "plugins", "io.x is failed: It needs io.y.");
        plugins = List.of(Value.struct(
                "name",
                Value.of("io.x"),
                "state",
                Value.of("active"),
                "receipt",
                Value.of("old class loader pending a garbage collection")));
        assertFinding(Finding.Weight.NOTE, "plugins", "still held");
        plugins = List.of();
        Files.createDirectories(home.resolve("data/plugins"));
        write("data/plugins/wanted", "patchbay-plugins 1\nio.x 1.0 abc - - 2026-01-01T00:00:00Z x.jar\n");
        assertFinding(Finding.Weight.ERROR, "plugins", "data/plugins/abc.jar, is not there");
    }

    @Test
    void componentsHaveFaultsAndTheNodeIsNotReady() {
        running("starting");
        assertFinding(Finding.Weight.ERROR, "components", "not ready yet");
        Value.Struct listeners = Value.struct(
                "path", Value.of("listeners"), "facts", Value.struct("problem", Value.of("The port 7420 is taken.")));
        running("ready");
        status = status.map(facts -> facts.with("components", Value.array(listeners)));
        assertFinding(Finding.Weight.ERROR, "components", "listeners says: The port 7420 is taken.");
    }

    @Test
    void theLogHoldsErrorsOfTheLastDay() throws IOException {
        Path log = write(
                "logs/patchbay.log",
                "2026-05-30T12:00:00.000Z ERROR [main] node old\n2026-06-01T11:00:00.000Z ERROR [main] node It broke.\n"
                        + "2026-06-01T11:00:01.000Z INFO  [main] node fine\n");
        Files.setLastModifiedTime(log, FileTime.from(now));
        assertFinding(Finding.Weight.WARNING, "log", "1 error of the last day, the last: [main] node It broke.");
    }

    @Test
    void theHeaviestComesFirst() {
        machine.java = 99;
        machine.freeBytes = 500L << 20;
        machine.fileSystem = "nfs";
        assertThat(examine())
                .extracting(Finding::weight)
                .containsExactly(Finding.Weight.ERROR, Finding.Weight.WARNING, Finding.Weight.NOTE);
    }

    private Finding assertFinding(Finding.Weight weight, String check, String text) {
        List<Finding> findings = examine();
        assertThat(findings).hasSize(1);
        Finding finding = findings.get(0);
        assertThat(finding.weight()).isEqualTo(weight);
        assertThat(finding.check()).isEqualTo(check);
        assertThat(finding.problem()).contains(text);
        assertThat(finding.remedy()).isNotBlank();
        return finding;
    }

    private List<Finding> examine() {
        return new Doctor(false)
                .examine(new Patient(home, Optional.of(distribution), status, plugins, stores, machine, now));
    }

    private void running(String state) {
        status = Optional.of(
                Value.struct("state", Value.of(state), "pid", Value.of(7), "heapMaxBytes", Value.of(512L << 20)));
    }

    private Path write(String path, String text) throws IOException {
        return Files.writeString(home.resolve(path), text);
    }

    private static void adapter(Path jar, String name) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new ZipEntry("OSGI-INF/factory.xml"));
            out.write(("<component><property name=\"patchbay.name\" type=\"String\" value=\"" + name
                            + "\"/><provide interface=\"io.patchbay.api.document.DocumentStoreFactory\"/></component>")
                    .getBytes(StandardCharsets.UTF_8));
            out.closeEntry();
        }
    }

    /** One on which all is well until a test says otherwise. */
    private static final class FakeMachine implements Machine {
        int java = 17;
        long freeBytes = 100 * GIB;
        long freeInodes = 1_000_000;
        String fileSystem = "ext4";
        long openFiles = 65536;
        long memory = 8 * GIB;
        Optional<String> portOwner = Optional.empty();

        @Override
        public int javaVersion() {
            return java;
        }

        @Override
        public Optional<Long> freeBytes(Path folder) {
            return Optional.of(freeBytes);
        }

        @Override
        public Optional<Long> freeInodes(Path folder) {
            return Optional.of(freeInodes);
        }

        @Override
        public Optional<String> fileSystem(Path folder) {
            return Optional.of(fileSystem);
        }

        @Override
        public Optional<Long> openFilesLimit(Optional<Long> pid) {
            return Optional.of(openFiles);
        }

        @Override
        public Optional<Long> memoryBytes() {
            return Optional.of(memory);
        }

        @Override
        public Optional<String> portOwner(String address, int port) {
            return portOwner;
        }
    }
}
