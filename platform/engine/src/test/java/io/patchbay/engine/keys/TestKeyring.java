package io.patchbay.engine.keys;

import java.nio.file.Path;

/** A keyring under a master key that every test has. */
public final class TestKeyring {
    private TestKeyring() {}

    public static NodeKeyring in(Path folder) {
        return NodeKeyring.open(folder, new byte[Aead.KEY_BYTES]);
    }
}
