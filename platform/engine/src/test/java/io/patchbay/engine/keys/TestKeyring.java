package io.patchbay.engine.keys;

import io.patchbay.api.crypto.Secrets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/** A keyring under a master key that every test has. */
public final class TestKeyring {
    private TestKeyring() {}

    public static Secrets in(Path folder) {
        return new NodeKeyring(
                folder,
                new NodeKeyring.MasterKey(new byte[Aead.KEY_BYTES], "the tests", Optional.empty()),
                Clock.systemUTC());
    }
}
