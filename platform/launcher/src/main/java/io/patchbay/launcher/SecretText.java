package io.patchbay.launcher;

import java.util.regex.Pattern;

/**
 * Takes out of a text what looks like a secret: the code of the first admin's link, which is logged for who sits at the machine, and tokens and passwords, which nothing should log but a
 * library's message might hold.
 */
final class SecretText {
    private static final String HIDDEN = "***";
    private static final Pattern CODE = Pattern.compile("([?&]code=)[^\\s&\"']+");
    private static final Pattern BEARER = Pattern.compile("(?i)(\\bbearer\\s+)[^\\s\"',]+");
    private static final Pattern SIGNED_TOKEN =
            Pattern.compile("\\beyJ[A-Za-z0-9_-]{5,}\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*");
    private static final Pattern NAMED = Pattern.compile(
            "(?i)([\"']?\\b(?:password|passwd|secret|(?:access|refresh|api)?[_-]?(?:token|key))[\"']?\\s*[=:]\\s*)(?:\"[^\"]*\"|'[^']*'|[^\\s,;&}\"']+)");
    private static final Pattern CREDENTIALS = Pattern.compile("(?i)(\\b[a-z][a-z0-9+.-]*://)[^\\s/@:]+:[^\\s/@]+@");

    private SecretText() {}

    static String hide(String text) {
        String hidden = CODE.matcher(text).replaceAll("$1" + HIDDEN);
        hidden = BEARER.matcher(hidden).replaceAll("$1" + HIDDEN);
        hidden = SIGNED_TOKEN.matcher(hidden).replaceAll(HIDDEN);
        hidden = NAMED.matcher(hidden).replaceAll("$1" + HIDDEN);
        return CREDENTIALS.matcher(hidden).replaceAll("$1" + HIDDEN + "@");
    }
}
