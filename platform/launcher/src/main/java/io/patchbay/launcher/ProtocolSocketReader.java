package io.patchbay.launcher;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads an item of {@code listen.tcp}: a listening socket whose connections speak one protocol. */
final class ProtocolSocketReader {
    static final List<String> PROPERTIES = List.of("protocol", "port", "address", "tls");

    private static final String TLS = " tls";
    private static final String CLEAR = " clear";
    private static final Pattern PROTOCOL = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private ProtocolSocketReader() {}

    /** As the listeners take it: the protocol, the address, the port, {@code clear} or {@code tls}, with spaces between them. */
    static String read(Map<String, String> item) {
        String protocol = item.getOrDefault("protocol", "");
        if (!PROTOCOL.matcher(protocol).matches()) {
            throw new IllegalArgumentException("must name the protocol, by up to 64 letters, digits, dots and dashes");
        }
        if (!item.containsKey("port")) {
            throw new IllegalArgumentException("must have a port");
        }
        Object port = part("port", SettingReaders.integer(0, 65535), item.get("port"));
        Object address = part("address", SettingReaders::address, item.getOrDefault("address", "127.0.0.1"));
        boolean tls = part("tls", SettingReaders::bool, item.getOrDefault("tls", "false"))
                .equals(true);
        if (!tls && !SettingReaders.isLoopback(address.toString())) {
            throw new IllegalArgumentException(
                    "has the address " + address + ", which other machines can reach, so it must have tls: true");
        }
        return protocol + " " + address + " " + port + (tls ? TLS : CLEAR);
    }

    /** Whether an item that was read wants TLS. */
    static boolean wantsTls(String item) {
        return item.endsWith(TLS);
    }

    private static Object part(String name, java.util.function.Function<String, Object> reader, String text) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("has '" + text + "' as its " + name + ", which " + e.getMessage(), e);
        }
    }
}
