package io.patchbay.api.document;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Access rules outside of any collection: whether they can be compiled, and what they would allow. The evaluation is the one that guards the documents.
 *
 * <p>Any thread but a transport's: the first call loads the parser, which takes a while.
 */
@ProviderType
public interface Rules {
    /**
     * @param rules CEL by action
     * @throws io.patchbay.api.PatchbayException RULE_INVALID for the first that can't be compiled; details: {@code action, line, column}
     */
    void check(Map<String, String> rules);

    /**
     * What comes of {@code cases}, in their order.
     *
     * @param collection what {@code request.collection} is to be
     * @throws io.patchbay.api.PatchbayException as {@link #check}
     */
    List<RuleVerdict> test(String collection, Map<String, String> rules, List<RuleCase> cases);
}
