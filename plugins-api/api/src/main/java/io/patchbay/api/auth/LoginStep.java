package io.patchbay.api.auth;

import io.patchbay.api.migration.StateRecord;
import java.util.List;

/** What a step of a login led to. */
public sealed interface LoginStep {
    /** The one answer to all that is wrong, whatever it was. */
    LoginStep REFUSED = new Refused();

    /**
     * It is proved who logs in.
     *
     * @param account the id of an account that this method keeps the credential of
     */
    record Verified(String account) implements LoginStep {}

    /**
     * It is proved who logs in, by what is kept outside the node. The node finds the account by its name, or makes it, as a user's; an account of that name that did not come from this
     * method is not given away: then the login is refused, and the log says why.
     */
    record Vouched(String accountName) implements LoginStep {}

    /**
     * More is needed.
     *
     * @param message a sentence for the person: what to do now
     * @param fields what to answer with, at least one
     * @param state what the method must know when the answer comes; never shown to clients
     * @param afterWrongAnswer whether it asks again because the last answer was wrong: that counts as a failed login
     */
    record Challenge(String message, List<LoginField> fields, StateRecord state, boolean afterWrongAnswer)
            implements LoginStep {
        public Challenge {
            fields = List.copyOf(fields);
        }

        public Challenge(String message, List<LoginField> fields, StateRecord state) {
            this(message, fields, state, false);
        }

        @Override
        public String toString() {
            return "challenge: " + message;
        }
    }

    /** Something is wrong; the login is over. */
    record Refused() implements LoginStep {}
}
