package io.patchbay.plugins.switchboard;

/**
 * How often calls of a service failed in the last {@code PROBATION}.
 *
 * @param now calls of the provider that serves
 * @param before calls of the one whose place it took, in as long a time before that; 0 if it took none
 * @param last what the last one failed with
 */
public record FailingService(String type, String name, int now, int before, String last) {}
