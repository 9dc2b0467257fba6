package io.patchbay.launcher;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads an item of {@code listen.tcp}: a listening socket whose connections speak one protocol. */
final class ProtocolSocketReader {
    static final List<String> PROPERTIES = List.of("protocol", "port", "address", "tls");

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
        Object address = part("address", SettingReaders::loopbackAddress, item.getOrDefault("address", "127.0.0.1"));
        if (part("tls", SettingReaders::bool, item.getOrDefault("tls", "false")).equals(true)) {
            throw new IllegalArgumentException(
                    "must not ask for tls, which this version doesn't serve on such sockets");
        }
        return protocol + " " + address + " " + port + " clear";
    }

    private static Object part(String name, java.util.function.Function<String, Object> reader, String text) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("has '" + text + "' as its " + name + ", which " + e.getMessage(), e);
        }
    }
}
