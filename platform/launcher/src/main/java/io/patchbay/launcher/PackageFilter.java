package io.patchbay.launcher;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns the filter that stands for an Import-Package clause back into words: {@code com.example 1.2.0 up to but not 2.0.0}. */
final class PackageFilter {

    private static final Pattern NAME = Pattern.compile("\\(osgi\\.wiring\\.package=([^)]+)\\)");
    private static final Pattern LOWEST = Pattern.compile("\\(version>=([^)]+)\\)");
    private static final Pattern BELOW = Pattern.compile("\\(!\\(version>=([^)]+)\\)\\)");

    private PackageFilter() {}

    static String describe(String filter) {
        String name = find(NAME, filter);
        if (name.isEmpty()) {
            return filter;
        }
        String below = find(BELOW, filter);
        String lowest = find(LOWEST, BELOW.matcher(filter).replaceAll(""));
        return name
                + (lowest.isEmpty() || lowest.equals("0.0.0") ? "" : " from version " + lowest)
                + (below.isEmpty() ? "" : " to before " + below);
    }

    private static String find(Pattern pattern, String filter) {
        Matcher matcher = pattern.matcher(filter);
        return matcher.find() ? matcher.group(1) : "";
    }
}
