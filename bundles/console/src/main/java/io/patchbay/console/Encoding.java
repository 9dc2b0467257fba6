package io.patchbay.console;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A form of a file's bytes on the wire; the suffix tells the compressed files apart. */
enum Encoding {
    BROTLI("br", ".br"),
    GZIP("gzip", ".gz"),
    IDENTITY("identity", "");

    private final String token;
    private final String suffix;

    Encoding(String token, String suffix) {
        this.token = token;
        this.suffix = suffix;
    }

    String token() {
        return token;
    }

    String suffix() {
        return suffix;
    }

    /** The first of {@code offered} that the header accepts (RFC 9110: a weight of 0 refuses, {@code *} is all that isn't named); else the file itself, also when that is refused, as a browser never does. */
    static Encoding choose(List<Encoding> offered, String acceptEncoding) {
        Map<String, Boolean> accepted = parse(acceptEncoding);
        boolean others = accepted.getOrDefault("*", false);
        return offered.stream()
                .filter(encoding -> accepted.getOrDefault(encoding.token, others))
                .findFirst()
                .orElse(IDENTITY);
    }

    private static Map<String, Boolean> parse(String header) {
        Map<String, Boolean> accepted = new HashMap<>();
        for (String item : header.split(",")) {
            String[] parts = item.trim().toLowerCase(Locale.ROOT).split("\\s*;\\s*");
            boolean refused = parts.length > 1 && parts[1].matches("q=0(\\.0*)?");
            accepted.put(parts[0], !refused);
        }
        return accepted;
    }
}
