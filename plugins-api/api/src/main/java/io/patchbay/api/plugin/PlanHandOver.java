package io.patchbay.api.plugin;

/**
 * How one service changes hands.
 *
 * @param kind the extension point, for people: {@code protocol}, {@code transport}, {@code store}, {@code login method} ...
 * @param name the service's name
 * @param change {@code added}, {@code replaced} or {@code removed}
 * @param way {@code codec} (connections stay open), {@code reconnect} (connections are closed and come back, for the new version cannot adopt their state), {@code move} (connections move over), {@code reopen} (writers wait), {@code drain} (running calls end on the old one), {@code close}
 *     (clients are cut off) or {@code none} (nobody is affected)
 * @param affected how many there are now of what {@code unit} says
 * @param unit such as {@code connections}
 * @param text the sentence that says all of it
 */
public record PlanHandOver(
        String kind, String name, String change, String way, long affected, String unit, String text) {}
