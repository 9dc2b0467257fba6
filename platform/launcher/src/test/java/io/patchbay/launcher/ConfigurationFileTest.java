package io.patchbay.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationFileTest {

    private static final Path DISTRIBUTED = Path.of("../../distribution/src/conf/patchbay.yaml");

    private final ConfigurationFile file = new ConfigurationFile(Path.of("patchbay.yaml"));

    @Test
    void emptyFileMeansTheDefaults() {
        Map<String, Map<String, Object>> values = file.parse("# nothing\n").byPid();
        assertThat(values.get("io.patchbay.listeners"))
                .usingRecursiveComparison()
                .isEqualTo(Map.of(
                        "listen.address",
                        "127.0.0.1",
                        "listen.port",
                        7420,
                        "listen.tcp",
                        new String[0],
                        "tls.certificate",
                        "",
                        "tls.key",
                        "",
                        "tls.passwordFile",
                        "",
                        "tls.passwordVariable",
                        ""));
        assertThat(values.get("io.patchbay.engine"))
                .isEqualTo(Map.of(
                        "encryption.enabled",
                        true,
                        "documents.adapter",
                        "sqlite",
                        "feed.keepMs",
                        604_800_000L,
                        "feed.keepBytes",
                        1L << 30));
        assertThat(values.get("io.patchbay.auth"))
                .isEqualTo(Map.of("accessTokenLifetimeMs", 900_000L, "refreshTokenLifetimeMs", 2_592_000_000L));
        assertThat(values.get("io.patchbay.plugins"))
                .isEqualTo(Map.of("plugins.inbox", true, "plugins.probationMs", 60_000L));
        assertThat(values.get("io.patchbay.transport.http")).containsOnlyKeys("allowed.hosts");
        assertThat(file.parse("").logLevel()).isEqualTo("info");
    }

    @Test
    void everyPropertyIsMapped() {
        Map<String, Object> values = file.parse("""
                listen: {address: "::1", port: 1, tcp: [{protocol: lines, port: 7421}, {port: 0, protocol: b, address: "::", tls: true}]}
                tls: {certificate: keys/box.pem, key: keys/box.key, passwordFile: keys/word, passwordVariable: BOX_WORD}
                http: {allowedHosts: "box.lan, shop.lan"}
                documents: {adapter: h2}
                feed: {keep: 2h, keepBytes: 3MiB}
                auth: {accessTokenLifetime: 4m, refreshTokenLifetime: 5d}
                plugins: {inbox: false, probation: 10m}
                log: {level: debug}
                """).values();
        assertThat(values)
                .containsEntry("listen.address", "::1")
                .containsEntry("listen.port", 1)
                .containsEntry("tls.certificate", "keys/box.pem")
                .containsEntry("tls.key", "keys/box.key")
                .containsEntry("tls.passwordFile", "keys/word")
                .containsEntry("tls.passwordVariable", "BOX_WORD")
                .containsEntry("documents.adapter", "h2")
                .containsEntry("feed.keep", 7_200_000L)
                .containsEntry("feed.keepBytes", 3L << 20)
                .containsEntry("auth.accessTokenLifetime", 240_000L)
                .containsEntry("auth.refreshTokenLifetime", 432_000_000L)
                .containsEntry("plugins.inbox", false)
                .containsEntry("plugins.probation", 600_000L)
                .containsEntry("log.level", "debug")
                .hasSize(Settings.ALL.size());
        assertThat((String[]) values.get("listen.tcp")).containsExactly("lines 127.0.0.1 7421 clear", "b :: 0 tls");
        assertThat((String[]) values.get("http.allowedHosts")).containsExactly("box.lan", "shop.lan");
    }

    @Test
    void withACertificateOthersAreLetIn() {
        assertThat(file.parse("""
                listen: {address: 0.0.0.0, tcp: [{protocol: a, port: 1, address: 192.168.0.1, tls: true}]}
                tls: {certificate: keys/box.pem}
                """).values()).containsEntry("listen.address", "0.0.0.0");
    }

    @Test
    void portOfTheCommandLineOutranksTheFile() {
        Configuration configuration = file.parse("listen: {port: 1}").withPort(OptionalInt.of(0));
        assertThat(configuration.values()).containsEntry("listen.port", 0);
    }

    @Test
    void distributedFileShowsEverySettingWithItsDefault() throws IOException {
        String text = Files.readString(DISTRIBUTED);
        assertThat(file.parse(text)).usingRecursiveComparison().isEqualTo(file.parse(""));

        String uncommented = text.lines()
                .filter(line -> line.matches("# +[a-zA-Z]+:.*"))
                .map(line -> line.substring(2))
                .collect(Collectors.joining("\n"));
        assertThat(file.parse(uncommented)).usingRecursiveComparison().isEqualTo(file.parse(""));
        assertThat(uncommented.lines().filter(line -> line.startsWith("  "))).hasSize(Settings.ALL.size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            listen: {prot: 1}                 | line 1: unknown property listen.prot; did you mean listen.port?
            lisen: {port: 1}                  | line 1: unknown property lisen; did you mean
            listen: {port: seven}             | line 1: listen.port must be a number from 0 to 65535, not 'seven'
            listen: {port: 65536}             | line 1: listen.port must be a number from 0 to 65535, not '65536'
            listen: {port: }                  | line 1: listen.port must have one plain value
            listen: {port: [1, 2]}            | line 1: listen.port must have one plain value
            listen: 7                         | line 1: listen must be a section with properties in it
            - listen                          | line 1: the file must be a section with properties in it
            listen: {address: 192.168.0.1}    | line 1: listen.address is 192.168.0.1, which other machines can reach, so it needs TLS: set tls.certificate
            listen: {address: "::"}           | line 1: listen.address is ::, which other machines can reach
            listen: {address: example.org}    | line 1: listen.address must be an IP address of this machine, or localhost
            listen: {address: fade.cafe}      | must be an IP address of this machine
            listen: {address: 1.2.3.400}      | must be an IP address of this machine
            tls: {passwordVariable: my word}  | tls.passwordVariable must be the name of an environment variable
            tls: {certificat: a.pem}          | unknown property tls.certificat; did you mean tls.certificate?
            listen: {port: 1, port: 2}        | line 1: listen.port is given twice.
            listen: {port: 1                  | line 1
            listen: {tcp: 7421}               | line 1: listen.tcp must be a list, not '7421'
            listen: {tcp: [7421]}             | line 1: listen.tcp[0] must be a section with protocol, port, address, tls
            listen: {tcp: [{port: 1}]}        | line 1: listen.tcp[0] must name the protocol
            listen: {tcp: [{protocol: a}]}    | line 1: listen.tcp[0] must have a port
            listen: {tcp: [{prot: a}]}        | listen.tcp[0] may have protocol, port, address, tls and nothing else
            listen: {tcp: [{protocol: a, port: x}]} | listen.tcp[0] has 'x' as its port, which must be a number
            listen: {tcp: [{protocol: a, port: 1, port: 2}]} | listen.tcp[0].port is given twice
            listen: {tcp: [{protocol: a, port: 1, address: 0.0.0.0}]} | listen.tcp[0] has the address 0.0.0.0, which other machines can reach, so it must have tls: true
            listen: {tcp: [{protocol: a, port: 1, tls: true}]} | line 1: listen.tcp wants tls, for which tls.certificate must be set
            feed: {keep: 7}                   | feed.keep must be a time such as
            feed: {keep: 0d}                  | feed.keep must be a time above zero
            feed: {keep: 999999999999999999d} | feed.keep is too large
            feed: {keepBytes: 1GB}            | feed.keepBytes must be a number of bytes such as
            documents: {adapter: ''}          | documents.adapter must not be empty
            plugins: {inbox: maybe}           | plugins.inbox must be true or false
            plugins: {probation: 2h}          | plugins.probation must be a time from 5 s to 3600 s
            log: {level: loud}                | log.level must be one of error, warn, info, debug, trace
            ? [a] : 1                         | a property's name must be plain text
            """)
    void mistakeRefusesTheFileAndIsNamed(String yaml, String sentence) {
        assertThatThrownBy(() -> file.parse(yaml))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("patchbay.yaml")
                .hasMessageContaining(sentence);
    }

    @Test
    void aliasesCanNotMakeTheFileLarge() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x]\n");
        for (int i = 1; i < 60; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d, *a%d, *a%d]%n".formatted(i, i, i - 1, i - 1, i - 1, i - 1));
        }
        assertThatThrownBy(() -> file.parse(bomb.toString())).isInstanceOf(StartException.class);
    }
}
