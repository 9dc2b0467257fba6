package io.patchbay.api.document;

import java.util.LinkedHashMap;

/** Fields that a decoder has just made, checked and given away: {@link Value.Struct} keeps them without another copy. Their names have no lone surrogates. */
final class FreshFields extends LinkedHashMap<String, Value> {
    private static final long serialVersionUID = 1L;
}
