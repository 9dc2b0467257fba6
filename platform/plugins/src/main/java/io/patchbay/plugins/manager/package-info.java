/** The plugin manager: inspects jars, plans changes, carries them out step by step under a journal, and brings the wanted plugins back at the next start. */
@NullMarked
package io.patchbay.plugins.manager;

import org.jspecify.annotations.NullMarked;
