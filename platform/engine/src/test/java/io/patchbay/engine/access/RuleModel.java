package io.patchbay.engine.access;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.Value;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;

/** Rules and filters as CEL text, each with the same meaning written in Java: what the engine makes of the text is checked against that. */
final class RuleModel {
    private RuleModel() {}

    /** {@code before} is empty for a create, {@code after} for a delete. */
    interface Meaning {
        boolean allows(Identity auth, Optional<Value.Struct> before, Optional<Value.Struct> after);
    }

    interface Reading {
        boolean sees(Identity auth, Value.Struct doc);
    }

    /** @param text empty: no rule, so admins alone */
    record Rule(Optional<String> text, Meaning meaning) {}

    record Filter(Optional<String> text, Predicate<Value.Struct> meaning) {}

    static final Rule NONE = new Rule(Optional.empty(), (auth, before, after) -> false);

    private static Rule rule(String text, Meaning meaning) {
        return new Rule(Optional.of(text), meaning);
    }

    /** About {@code doc}: what is there, or, if nothing is there yet, what comes. */
    private static Rule reading(String text, Reading reading) {
        return rule(
                text,
                (auth, before, after) -> before.or(() -> after)
                        .filter(doc -> reading.sees(auth, doc))
                        .isPresent());
    }

    private static boolean isPublic(Value.Struct doc) {
        return doc.find("public").filter(Value.TRUE::equals).isPresent();
    }

    private static boolean owns(Identity auth, Value.Struct doc) {
        return !auth.isAnonymous()
                && doc.findText("owner").filter(auth.id()::equals).isPresent();
    }

    private static boolean isTagged(Identity auth, Value.Struct doc) {
        return !auth.isAnonymous() && tags(doc).contains(Value.of(auth.name()));
    }

    private static List<Value> tags(Value.Struct doc) {
        return doc.find("tags").orElse(Value.NULL) instanceof Value.Array array ? array.items() : List.of();
    }

    private static Optional<Long> level(Value.Struct doc) {
        return doc.find("level").orElse(Value.NULL) instanceof Value.Int number
                ? Optional.of(number.value())
                : Optional.empty();
    }

    private static final List<Rule> READS = List.of(
            NONE,
            reading("true", (auth, doc) -> true),
            reading("auth != null", (auth, doc) -> !auth.isAnonymous()),
            reading("doc.public == true", (auth, doc) -> isPublic(doc)),
            reading("doc.public", (auth, doc) -> isPublic(doc)),
            reading("doc.owner == auth.id", (auth, doc) -> owns(auth, doc)),
            reading("doc.public == true || doc.owner == auth.id", (auth, doc) -> isPublic(doc) || owns(auth, doc)),
            reading("auth != null && auth.name in doc.tags", (auth, doc) -> isTagged(auth, doc)),
            reading("doc.tags.exists(owner, owner == auth.name)", (auth, doc) -> isTagged(auth, doc)),
            reading(
                    "!has(doc.secret) && doc.level < 3",
                    (auth, doc) -> doc.find("secret").isEmpty()
                            && level(doc).filter(n -> n < 3).isPresent()),
            reading(
                    "doc.level >= 2 && doc.level != 4",
                    (auth, doc) -> level(doc).filter(n -> n >= 2 && n != 4).isPresent()),
            reading(
                    "has(doc.secret) ? doc.owner == auth.id : request.collection == 'notes'",
                    (auth, doc) -> doc.find("secret").isEmpty() || owns(auth, doc)));

    private static final List<Rule> WRITES = List.of(
            rule(
                    "after.owner == auth.id",
                    (auth, before, after) ->
                            after.filter(doc -> owns(auth, doc)).isPresent()),
            rule(
                    "before.owner == auth.id && after.owner == before.owner",
                    (auth, before, after) ->
                            before.filter(doc -> owns(auth, doc)).isPresent()
                                    && after.filter(doc -> owns(auth, doc)).isPresent()),
            rule(
                    "auth != null && after.level <= 3",
                    (auth, before, after) -> !auth.isAnonymous()
                            && after.flatMap(RuleModel::level)
                                    .filter(n -> n <= 3)
                                    .isPresent()),
            rule(
                    "!has(before.secret) && doc.level >= 1",
                    (auth, before, after) -> before.filter(
                                    doc -> doc.find("secret").isEmpty())
                            .flatMap(RuleModel::level)
                            .filter(n -> n >= 1)
                            .isPresent()));

    private static final List<Filter> FILTERS = List.of(
            new Filter(Optional.empty(), doc -> true),
            new Filter(
                    Optional.of("level >= 2"),
                    doc -> level(doc).filter(n -> n >= 2).isPresent()),
            new Filter(
                    Optional.of("level == 1 || level == 4"),
                    doc -> level(doc).filter(n -> n == 1 || n == 4).isPresent()),
            new Filter(
                    Optional.of("!(owner == 'id-of-ann')"),
                    doc -> doc.findText("owner")
                            .filter(o -> !o.equals("id-of-ann"))
                            .isPresent()),
            new Filter(
                    Optional.of("owner in ['id-of-ann', 'id-of-bob']"),
                    doc -> doc.findText("owner")
                            .filter(o -> !o.equals("id-of-eve"))
                            .isPresent()),
            new Filter(Optional.of("public == true"), doc -> isPublic(doc)),
            new Filter(
                    Optional.of("tags.exists(t, t == 'ann' || t == 'bob')"),
                    doc -> tags(doc).stream().anyMatch(t -> t.equals(Value.of("ann")) || t.equals(Value.of("bob")))),
            // What a curious client would try: the filter is true for everything that is hidden.
            new Filter(
                    Optional.of("secret == 'hidden' || owner != 'x' || level < 100"),
                    doc -> doc.find("secret").isPresent()
                            || doc.findText("owner").isPresent()
                            || level(doc).isPresent()));

    static Rule randomReadRule(Random random) {
        return READS.get(random.nextInt(READS.size()));
    }

    /** One that {@code action} can have: nothing was there before a create, and nothing is after a delete. */
    static Rule randomWriteRule(Action action, Random random) {
        Rule rule = random.nextBoolean() ? WRITES.get(random.nextInt(WRITES.size())) : randomReadRule(random);
        String text = rule.text().orElse("");
        boolean impossible = action == Action.CREATE && text.contains("before.")
                || action == Action.DELETE && text.contains("after.");
        return impossible ? randomWriteRule(action, random) : rule;
    }

    static Filter randomFilter(Random random) {
        return FILTERS.get(random.nextInt(FILTERS.size()));
    }

    static Value.Struct randomDocument(Random random) {
        Value.Struct doc = Value.struct("n", Value.of(random.nextInt(1000)));
        if (random.nextInt(6) > 0) {
            doc = doc.with(
                    "owner", Value.of("id-of-" + List.of("ann", "bob", "eve").get(random.nextInt(3))));
        }
        if (random.nextInt(6) > 0) {
            doc = doc.with("level", random.nextInt(8) == 0 ? Value.of("high") : Value.of(random.nextInt(6)));
        }
        if (random.nextInt(4) > 0) {
            doc = doc.with("public", Value.of(random.nextBoolean()));
        }
        if (random.nextInt(3) > 0) {
            doc = doc.with(
                    "tags", Value.array(Value.of(List.of("ann", "bob", "x").get(random.nextInt(3)))));
        }
        if (random.nextInt(4) == 0) {
            doc = doc.with("secret", Value.of("hidden"));
        }
        return doc;
    }
}
