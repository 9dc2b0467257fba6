package io.patchbay.client;

import io.patchbay.api.document.Fields;
import io.patchbay.api.document.Value;
import java.time.Duration;
import java.util.Optional;

/** What replies say. A failure here means that the node does not speak as docs/protocol.md has it. */
final class Answers {
    private Answers() {}

    static User user(Value.Struct ok) {
        Fields user = Fields.of("user", Fields.of("the answer", ok).requireStruct("user"));
        return new User(user.requireText("id"), user.requireText("name"), user.requireText("role"));
    }

    static Tokens tokens(Value.Struct ok) {
        Fields fields = Fields.of("the answer", ok);
        return new Tokens(
                fields.requireText("accessToken"),
                fields.requireText("refreshToken"),
                Duration.ofSeconds(fields.requireInt("expiresIn", 0, Integer.MAX_VALUE)));
    }

    /** Empty for tokens: the login is done. */
    static Optional<LoginChallenge> challenge(Value.Struct ok) {
        if (ok.find("challenge").isEmpty()) {
            return Optional.empty();
        }
        Fields answer = Fields.of("the answer", ok);
        Fields challenge = Fields.of("challenge", answer.requireStruct("challenge"));
        return Optional.of(new LoginChallenge(
                challenge.requireText("message"),
                Message.all(challenge.requireArray("fields"), item -> {
                    Fields field = Fields.of("a field", item);
                    return new LoginChallenge.Field(
                            field.requireText("name"), field.requireText("label"), field.requireText("type"));
                }),
                Duration.ofSeconds(answer.requireInt("expiresIn", 0, Integer.MAX_VALUE))));
    }

    static Document document(Value.Struct ok) {
        return Message.document(
                Fields.of("document", Fields.of("the answer", ok).requireStruct("document")));
    }

    static Page page(Value.Struct ok) {
        Fields fields = Fields.of("the answer", ok);
        return new Page(
                Message.all(fields.requireArray("items"), item -> Message.document(Fields.of("a document", item))),
                ok.findText("next"));
    }

    static Written written(Value.Struct ok) {
        Fields fields = Fields.of("the answer", ok);
        return written(
                fields,
                fields.requireText("position"),
                fields.findBool("replayed").orElse(false));
    }

    static TransactionOutcome transaction(Value.Struct ok) {
        Fields fields = Fields.of("the answer", ok);
        String position = fields.requireText("position");
        boolean replayed = fields.findBool("replayed").orElse(false);
        return new TransactionOutcome(
                position,
                Message.all(
                        fields.requireArray("results"),
                        item -> written(Fields.of("a result", item), position, replayed)),
                replayed);
    }

    private static Written written(Fields fields, String position, boolean replayed) {
        Optional<String> updatedAt = fields.findText("updatedAt");
        return new Written(
                fields.requireText("id"),
                fields.requireInt("revision", 0, Long.MAX_VALUE),
                updatedAt.map(Message::time),
                fields.findBool("created").orElse(false),
                position,
                replayed);
    }
}
