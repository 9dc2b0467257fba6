package io.patchbay.engine.hooks;

import java.util.Optional;

/**
 * What a hook refuses a change with.
 *
 * @param told whether the message is the hook's own, which may speak of what its sender can't see
 */
public record Refusal(String hook, String message, Optional<String> field, boolean told) {}
