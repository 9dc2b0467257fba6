package io.patchbay.client;

/** Who is logged in. */
public record User(String id, String name, String role) {}
