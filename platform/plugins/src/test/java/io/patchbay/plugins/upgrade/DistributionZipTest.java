package io.patchbay.plugins.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patchbay.api.PatchbayException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistributionZipTest {
    @TempDir
    Path folder;

    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    private Path write() throws IOException {
        Path file = folder.resolve("patchbay.zip");
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return file;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] jar(String name, String version, String content) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", name + ";singleton:=true");
        manifest.getMainAttributes().putValue("Bundle-Version", version);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.putNextEntry(new ZipEntry("content"));
            jar.write(text(content));
        }
        return out.toByteArray();
    }

    private void whole(String version, String core, String platform) throws IOException {
        entries.clear();
        String root = "patchbay-" + version + "/";
        entries.put(root + "bin/patchbay", text("#!/bin/sh\n"));
        entries.put(root + "CONTENTS", text("All files of Patchbay " + version + ".\n\nbin/patchbay\nbundles.list\n"));
        entries.put(
                root + "bundles.list",
                text("# What starts\n20 platform-" + version + ".jar\n20 await (a=b)\n50 core-" + version + ".jar\n"));
        entries.put(root + "lib/patchbay-launcher-" + version + ".jar", jar("launcher", version, "same"));
        entries.put(root + "bundles/core-" + version + ".jar", jar("io.acme.core", version, core));
        entries.put(root + "bundles/platform-" + version + ".jar", jar("io.acme.platform", version, platform));
    }

    private DistributionFiles files() throws IOException {
        try (DistributionZip zip = DistributionZip.open(write())) {
            return zip.files();
        }
    }

    @Test
    void sameCodeUnderAnotherVersionIsNoDifference() throws IOException {
        whole("1.0.0", "a", "b");
        DistributionFiles from = files();
        whole("1.1.0", "a", "b");

        assertThat(Difference.between(from, files()).isNone()).isTrue();
    }

    @Test
    void changedCoreBundleIsSwappedAndAChangedPlatformNeedsARestart() throws IOException {
        whole("1.0.0", "a", "b");
        DistributionFiles from = files();
        whole("1.1.0", "changed", "b");

        Difference core = Difference.between(from, files());
        assertThat(core.swaps()).extracting(DistributionFiles.Part::name).containsExactly("io.acme.core");
        assertThat(core.needsRestart()).isFalse();

        whole("1.1.0", "a", "changed");
        assertThat(Difference.between(from, files()).restarts())
                .containsExactly("io.acme.platform 1.1.0, of the platform, takes the place of 1.0.0.");

        whole("1.1.0", "a", "b");
        entries.put("patchbay-1.1.0/lib/new-2.0.jar", jar("new", "2.0", "c"));
        assertThat(Difference.between(from, files()).restarts()).containsExactly("The library new is new.");
    }

    @Test
    void whatIsUnpackedIsWhatTheZipHolds() throws IOException {
        whole("1.0.0", "a", "b");
        Path target = folder.resolve("unpacked");
        try (DistributionZip zip = DistributionZip.open(write())) {
            zip.unpack(target);

            assertThat(DistributionFiles.ofFolder(target)).isEqualTo(zip.files());
        }
        assertThat(target.resolve("bin/patchbay")).isExecutable();
    }

    @Test
    void zipThatLacksWhatItNamesIsRefused() throws IOException {
        whole("1.0.0", "a", "b");
        entries.put("patchbay-1.0.0/CONTENTS", text("All files\nbin/patchbay\ndocs/guide.md\n"));
        try (DistributionZip zip = DistributionZip.open(write())) {
            assertThatThrownBy(() -> zip.unpack(folder.resolve("unpacked")))
                    .isInstanceOf(PatchbayException.class)
                    .hasMessage("patchbay.zip is not whole: it names docs/guide.md, but does not hold it.");
        }
        entries.remove("patchbay-1.0.0/bundles/core-1.0.0.jar");
        try (DistributionZip zip = DistributionZip.open(write())) {
            assertThatThrownBy(zip::files)
                    .hasMessage(
                            "patchbay.zip is no whole distribution of Patchbay: there is no bundles/core-1.0.0.jar in it.");
        }
    }

    @Test
    void bytesThatWereChangedOnTheWayAreRefused() throws IOException {
        whole("1.0.0", "a", "b");
        Path damaged = folder.resolve("patchbay.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(damaged))) {
            zip.setLevel(0);
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("#!/bin/sh") + 3] ^= 1;
        Files.write(damaged, bytes);
        try (DistributionZip zip = DistributionZip.open(damaged)) {
            assertThatThrownBy(() -> zip.unpack(folder.resolve("unpacked")))
                    .isInstanceOf(PatchbayException.class)
                    .hasMessage(
                            "patchbay.zip is damaged: what patchbay-1.0.0/bin/patchbay holds is not what was put in.");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "patchbay-1.0.0/../evil",
                "/etc/passwd",
                "patchbay-1.0.0/a\\b",
                "C:evil",
                "patchbay-1.0.0/./x",
                "patchbay-1.0.0/a\u0000b"
            })
    void unsafePathIsRefused(String path) throws IOException {
        whole("1.0.0", "a", "b");
        entries.put(path, text("evil"));

        assertThatThrownBy(() -> DistributionZip.open(write()))
                .isInstanceOf(PatchbayException.class)
                .hasMessageStartingWith("patchbay.zip has an entry with an unsafe path: ");
    }

    @Test
    void whatIsNoDistributionIsRefusedInASentence() throws IOException {
        assertThatThrownBy(() -> DistributionZip.open(folder.resolve("absent.zip")))
                .hasMessageContaining("There is no file");
        Path garbage = Files.write(folder.resolve("garbage.zip"), text("no zip at all"));
        assertThatThrownBy(() -> DistributionZip.open(garbage))
                .hasMessageStartingWith("garbage.zip is no zip file, or a damaged one");
        entries.put("readme.txt", text("hello"));
        assertThatThrownBy(() -> DistributionZip.open(write()))
                .hasMessage("patchbay.zip is no distribution of Patchbay: it has no bin/patchbay.");
        whole("1.0.0", "a", "b");
        Path cut = write();
        byte[] bytes = Files.readAllBytes(cut);
        Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> DistributionZip.open(cut)).hasMessageContaining("damaged");
    }

    @Test
    void tooManyEntriesAreRefused() throws IOException {
        whole("1.0.0", "a", "b");
        for (int i = 0; i <= DistributionZip.ENTRIES; i++) {
            entries.put("patchbay-1.0.0/docs/" + i, new byte[0]);
        }
        assertThatThrownBy(() -> DistributionZip.open(write())).hasMessageContaining("entries, more than 20000");
    }
}
