package io.patchbay.engine.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.auth.Identity;
import io.patchbay.api.document.StoredDocument;
import io.patchbay.api.document.Value;
import io.patchbay.api.protocol.SubscriptionEvent.DocumentChange;
import io.patchbay.engine.access.AccessRules;
import io.patchbay.engine.access.Action;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.expression.ExpressionParser;
import io.patchbay.engine.expression.Expressions;
import io.patchbay.engine.expression.Names;
import io.patchbay.engine.feed.FeedChange;
import io.patchbay.engine.testing.TestPlane;
import io.patchbay.testkit.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CollectionQueriesTest {
    private static final long COLLECTION = 7;

    private static final List<String> RULES = List.of(
            "true",
            "auth != null",
            "doc.owner == auth.id",
            "doc.owner == auth.id || doc.public == true",
            "auth != null && auth.name in doc.tags",
            "has(doc.owner) && doc.owner == auth.name",
            "has(doc.owner) && doc.owner == auth.name || auth.name in doc.tags",
            "doc.meta.id == 'd1' || doc.place.room in [1, 2.5, 'x']",
            "doc.tags.exists(owner, owner == auth.name)",
            "!(doc.owner == auth.name)",
            "auth.role == 'admin'");

    private static final List<String> FIELDS = List.of("a", "b", "place.room", "owner", "tags", "meta.id", "gone.deep");

    private static final List<String> CONSTANTS = List.of(
            "1",
            "1.0",
            "2",
            "2.5",
            "-0.0",
            "9007199254740993",
            "9007199254740992.0",
            "1e17",
            "100000000000000000",
            "9223372036854775807",
            "9.3e18",
            "null",
            "true",
            "false",
            "'ann'",
            "'1'",
            "''",
            "'id-of-ann'",
            "'d1'",
            "[1]",
            "{'x': 1}");

    /** The same numbers and texts as documents hold them. */
    private static final List<Value> VALUES = List.of(
            Value.of(1),
            Value.of(2),
            Value.of(2.5),
            Value.of(0),
            Value.of(9007199254740993L),
            Value.of(9007199254740992L),
            Value.of(1e17),
            Value.of(100000000000000000L),
            Value.of(Long.MAX_VALUE),
            Value.of(0x1p63),
            Value.of(9.3e18),
            Value.NULL,
            Value.TRUE,
            Value.FALSE,
            Value.of("ann"),
            Value.of("1"),
            Value.of(""),
            Value.of("id-of-ann"),
            Value.array(Value.of(1)),
            Value.array(Value.of("ann"), Value.of(2.5), Value.of(1e17), Value.of("ann")),
            Value.struct("x", Value.of(1)),
            Value.struct("ann", Value.NULL));

    /** What each query is told, beside what the plain evaluation of its filter says, while queries come and go. */
    @Test
    void everyQueryIsToldWhatAPlainScanWouldTellIt() {
        Random random = Seeds.random("live queries by equality terms");
        CollectionQueries queries = new CollectionQueries(COLLECTION, "items");
        Map<LiveQuery, Visibility> there = new HashMap<>();
        Map<String, StoredDocument> documents = new TreeMap<>();
        int told = 0;
        for (int offset = 1; offset <= 6000; offset++) {
            int choice = random.nextInt(10);
            if (choice < 3) {
                Visibility wanted = wanted(random);
                there.put(queries.require(wanted), wanted);
            } else if (choice == 3 && !there.isEmpty()) {
                LiveQuery gone = new ArrayList<>(there.keySet()).get(random.nextInt(there.size()));
                queries.remove(gone);
                there.remove(gone);
            }
            List<FeedChange> transaction = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                transaction.add(change(random, documents, offset));
            }
            told += check(queries, there, transaction, offset);
        }
        // Else the comparison would prove nothing.
        assertThat(told).isGreaterThan(1000);
    }

    private static int check(
            CollectionQueries queries, Map<LiveQuery, Visibility> there, List<FeedChange> transaction, long offset) {
        List<LiveQuery> touched = new ArrayList<>();
        transaction.forEach(change -> queries.tell(change, offset, touched));
        assertThat(touched).doesNotHaveDuplicates();
        Map<LiveQuery, List<DocumentChange>> got = new HashMap<>();
        touched.forEach(query -> got.put(query, query.takeChanges()));
        int told = 0;
        for (Map.Entry<LiveQuery, Visibility> query : there.entrySet()) {
            List<DocumentChange> expected = new ArrayList<>();
            for (FeedChange change : transaction) {
                DocumentChange one = LiveQuery.change(new LiveFilter(query.getValue()), "items", change, offset);
                if (one != null) {
                    expected.add(one);
                }
            }
            assertThat(got.getOrDefault(query.getKey(), List.of()))
                    .as("%s, told of %s", query.getValue(), transaction)
                    .isEqualTo(expected);
            told += expected.size();
        }
        return told;
    }

    private static FeedChange change(Random random, Map<String, StoredDocument> documents, long offset) {
        String id = "d" + random.nextInt(4);
        Optional<StoredDocument> before = Optional.ofNullable(documents.get(id));
        Optional<StoredDocument> after = random.nextInt(5) == 0
                ? Optional.empty()
                : Optional.of(StoredDocument.of(COLLECTION, id, offset, offset, data(random)));
        after.ifPresentOrElse(document -> documents.put(id, document), () -> documents.remove(id));
        boolean known = random.nextInt(50) > 0;
        return new FeedChange(COLLECTION, id, known ? before : Optional.empty(), after, known);
    }

    private static Value.Struct data(Random random) {
        Value.Struct data = Value.Struct.EMPTY;
        for (String field : List.of("a", "b", "owner", "tags", "public")) {
            if (random.nextInt(4) > 0) {
                data = data.with(field, pick(random, VALUES));
            }
        }
        return random.nextBoolean() ? data : data.with("place", Value.struct("room", pick(random, VALUES)));
    }

    private static Visibility wanted(Random random) {
        Identity caller = random.nextInt(4) == 0 ? Identity.ANONYMOUS : TestPlane.user("ann");
        Visibility sight = sight(pick(random, RULES), caller);
        return random.nextInt(4) == 0 ? sight : sight.and(filter(term(random, 2)));
    }

    private static String term(Random random, int depth) {
        String field = pick(random, FIELDS);
        if (depth > 0 && random.nextInt(2) == 0) {
            String operator = random.nextBoolean() ? " && " : " || ";
            return "(" + term(random, depth - 1) + operator + term(random, depth - 1) + ")";
        }
        return switch (random.nextInt(8)) {
            case 0, 1 -> field + " == " + pick(random, CONSTANTS);
            case 2 -> pick(random, CONSTANTS) + " == " + field;
            case 3 -> field + " in [" + pick(random, CONSTANTS) + ", " + pick(random, CONSTANTS) + "]";
            case 4 -> pick(random, CONSTANTS) + " in " + field;
            case 5 -> "!(" + field + " == " + pick(random, CONSTANTS) + ")";
            case 6 -> field + " > 1";
            default -> field + " in []";
        };
    }

    private static <T> T pick(Random random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static Visibility sight(String rule, Identity caller) {
        return new AccessRules("items", Map.of("list", rule)).of(caller).visibility(Action.LIST);
    }

    private static io.patchbay.api.query.Expression filter(String text) {
        // Some of these terms can't be meant, which is refused when a person writes them.
        return Expressions.fold(ExpressionParser.parseRule(text, "filter", new Names(Set.of(), "", Map.of(), false)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "room == 7",
                "7 == room",
                "address.city == 'Lyon' && price < 100",
                "price < 100 && (room == 7 || room == 8)",
                "room in [7, 8]",
                "room == 7 || owner == 'ann'",
                "'ann' in members",
                "meta.id == 'x'",
                "owner == null",
                "room in []"
            })
    void aFilterWithAnEqualityTermIsLookedUp(String text) {
        assertThat(LookupKeys.exist(Visibility.ALL.and(filter(text)))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "room != 7",
                "!(room == 7)",
                "price < 100",
                "room == 7 || price < 100",
                "room == other",
                "tags == ['a']",
                "tags.exists(tag, tag == 'a')",
                "name.startsWith('a')"
            })
    void aFilterWithoutOneIsNot(String text) {
        assertThat(LookupKeys.exist(Visibility.ALL.and(filter(text)))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "doc.owner == auth.id",
                "auth != null && auth.name in doc.members",
                "has(doc.owner) && doc.owner == auth.id || doc.public == true"
            })
    void whatARuleSaysOfTheCallerIsAnEqualityTerm(String rule) {
        assertThat(LookupKeys.exist(sight(rule, TestPlane.user("ann")))).isTrue();
    }

    /** The first term is the same for all, so that an index over it alone would find everybody. */
    @Test
    void ofSeveralTermsTheOneThatTellsQueriesApartIsLookedUp() {
        CollectionQueries queries = new CollectionQueries(COLLECTION, "items");
        List<LiveQuery> all = IntStream.range(0, 1000)
                .mapToObj(n -> queries.require(Visibility.ALL.and(filter("kind == 'order' && customer == " + n))))
                .toList();
        Map<Set<LookupKey>, Long> sharing = all.stream()
                .collect(Collectors.groupingBy(query -> Set.copyOf(query.keys.orElseThrow()), Collectors.counting()));
        assertThat(sharing.values()).allMatch(count -> count < 20);
    }
}
