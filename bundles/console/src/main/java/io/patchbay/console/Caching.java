package io.patchbay.console;

/** How long a browser may use a file without asking again. */
enum Caching {
    /** The name holds a hash of the content. */
    IMMUTABLE("public, max-age=31536000, immutable"),
    /** Asked for each time, answered by 304 as long as it is the same. */
    REVALIDATED("no-cache");

    private final String header;

    Caching(String header) {
        this.header = header;
    }

    String header() {
        return header;
    }
}
