package io.patchbay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {

    @TempDir
    Path folder;

    @Test
    void preparedHomeHasItsFoldersAndItsFormat() {
        Home home = Home.prepare(folder.resolve("home"));
        assertThat(home.conf()).isDirectory();
        assertThat(home.cache()).isDirectory();
        assertThat(home.plugins()).isDirectory();
        assertThat(home.keys()).isDirectory();
        assertThat(home.logs()).isDirectory();
        assertThat(home.data().resolve("format")).hasContent("1");
    }

    @Test
    void whatHoldsSecretsIsForTheOwnerAlone() throws IOException {
        Home home = Home.prepare(folder.resolve("home"));
        Set<PosixFilePermission> owner = PosixFilePermissions.fromString("rwx------");
        assertThat(Files.getPosixFilePermissions(home.keys())).isEqualTo(owner);
        assertThat(Files.getPosixFilePermissions(home.data())).isEqualTo(owner);
        assertThat(Files.getPosixFilePermissions(home.logs())).isEqualTo(owner);
    }

    @Test
    void preparingAgainChangesNothing() throws IOException {
        Home home = Home.prepare(folder);
        Path kept = Files.writeString(home.data().resolve("kept"), "kept");
        Home.prepare(folder);
        assertThat(kept).hasContent("kept");
    }

    @Test
    void formatThatIsNoNumberIsRefused() throws IOException {
        Home home = Home.prepare(folder);
        Files.writeString(home.data().resolve("format"), "one");
        assertThatThrownBy(() -> Home.prepare(folder)).hasMessageContaining("not 'one'");
    }

    @Test
    void fileInTheWayOfAFolderIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> Home.prepare(file))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void emptyingTheTemporaryFolderFollowsNoLinks() throws IOException {
        Home home = Home.prepare(folder.resolve("home"));
        home.emptyTemporary();
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Path precious = Files.writeString(outside.resolve("precious"), "kept");
        Files.createSymbolicLink(home.temporary().resolve("link"), outside);
        home.emptyTemporary();
        assertThat(home.temporary()).isEmptyDirectory();
        assertThat(precious).hasContent("kept");
    }
}
