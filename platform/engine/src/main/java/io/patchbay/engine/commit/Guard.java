package io.patchbay.engine.commit;

import io.patchbay.api.document.DocumentKey;

/**
 * A document that a rule, a patch or the meaning of a name was worked out from: unless it is still at this revision, the work has to be done again.
 *
 * @param revision 0 if nothing stood there
 */
public record Guard(DocumentKey document, long revision) {}
