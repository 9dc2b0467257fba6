package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/quickstart.md tells a new user to type, typed into one shell in the unpacked zip. */
class QuickstartIT {
    private static final Pattern TYPED = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");

    private static final String START = "bin/patchbay run\n";
    private static final String STOP = "bin/patchbay stop\n";
    private static final String PORT = "7420";

    @Test
    void everyCommandWorksAsItStands() throws IOException {
        String page = Files.readString(Path.of("../docs/quickstart.md"));
        List<String> blocks =
                TYPED.matcher(page).results().map(match -> match.group(1)).toList();
        assertThat(blocks).hasSizeGreaterThan(5);
        assertThat(blocks.get(0)).isEqualTo(START);
        assertThat(blocks.get(blocks.size() - 1)).endsWith(STOP);

        Distribution distribution = Distribution.unpackTo(Distribution.work().resolve("quickstart"));
        try (Node node = Node.start(distribution, distribution.folder().resolve("home"))) {
            String typed = String.join("", blocks.subList(1, blocks.size()));
            Path script = distribution.folder().resolve("typed.sh");
            Files.writeString(
                    script,
                    "set -euo pipefail\ncd \"$(dirname \"$0\")\"\nset -v\n"
                            + typed.replace(PORT, String.valueOf(node.port())));
            CommandResult result = CommandResult.of(Path.of("/bin/bash"), "", script.toString());
            assertThat(result.exitCode()).as(result.output()).isZero();
            assertThat(result.output())
                    .contains(
                            "\"name\":\"Lyon\"",
                            "\"population\":3755252",
                            "imported into 'cities'",
                            "are served by h2",
                            "are served by sqlite again");
            assertThat(node.awaitExit()).as(node.log()).isZero();
        }
    }
}
