package io.patchbay.it;

import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The documents move between the adapters sqlite and h2: by a migration, back to the store that follows, and anew after that was dropped. */
final class StoreMoves implements SwapKind {
    private static final String STORE = "documents";
    /** How the node tells at the end of a swap how long it held writers up. */
    private static final Pattern PAUSE = Pattern.compile("writers waited (\\d+) ms");

    private String serving = "sqlite";
    private String other = "h2";
    private boolean follows;

    @Override
    public String name() {
        return "the store of documents";
    }

    @Override
    public String swap(Operator operator, Random random) {
        String dropped = "";
        if (follows && random.nextBoolean()) {
            operator.run("store", "drop", STORE);
            follows = false;
            dropped = other + " dropped; ";
        }
        String told = follows && random.nextBoolean()
                ? operator.run("store", "rollback", STORE)
                : operator.run(SampleStore.swapTo(other));
        String how = follows ? ", which followed" : ", anew";
        follows = true;
        String before = serving;
        serving = other;
        other = before;
        Matcher pause = PAUSE.matcher(told);
        return dropped + other + " -> " + serving + how
                + (pause.find() ? "; writers waited " + pause.group(1) + " ms" : "");
    }
}
