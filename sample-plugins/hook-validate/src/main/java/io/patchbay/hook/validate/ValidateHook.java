package io.patchbay.hook.validate;

import io.patchbay.api.document.Value;
import io.patchbay.api.hook.Hook;
import io.patchbay.api.hook.HookAnswer;
import io.patchbay.api.hook.HookTerms;
import io.patchbay.api.hook.PendingChange;
import io.patchbay.api.plugin.Providers;
import java.text.Normalizer;
import java.util.Locale;
import org.osgi.service.component.annotations.Component;

/**
 * Keeps the collection {@code cities} in order: a city has a name, and nobody lives in it a negative number of times; it gets a {@code slug}, its name as an address has it.
 *
 * <p>No state and nothing but its own data to look at, so any number of threads may ask it, and the same document is always answered the same. What it makes of a document it accepts as it is the next
 * time: a client that reads a city and writes it back must not run into it.
 */
@Component(service = Hook.class, property = Providers.NAME + "=" + ValidateHook.NAME)
public final class ValidateHook implements Hook {
    static final String NAME = "validate";

    private static final String CITY_NAME = "name";
    private static final String SLUG = "slug";

    /** It is required, which is the default: while it doesn't work, no city is written unseen. */
    @Override
    public HookTerms terms() {
        return HookTerms.on("cities");
    }

    @Override
    public HookAnswer before(PendingChange change) {
        if (change.deletes()) {
            return HookAnswer.accept();
        }
        Value.Struct city = change.data().orElseThrow();
        String name = city.findText(CITY_NAME).orElse("").strip();
        if (name.isEmpty()) {
            return HookAnswer.refuseField(CITY_NAME, "A city has a name.");
        }
        if (city.findInt("population").orElse(0L) < 0) {
            return HookAnswer.refuseField("population", "A city's population is not negative.");
        }
        String slug = slug(name);
        return city.findText(SLUG).filter(slug::equals).isPresent()
                ? HookAnswer.accept()
                : HookAnswer.enrich(city.with(SLUG, Value.of(slug)));
    }

    /** {@code Saint-Étienne} is {@code saint-etienne}. */
    private static String slug(String name) {
        String plain = Normalizer.normalize(name, Normalizer.Form.NFD).replaceAll("\\p{M}+", "");
        return plain.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}]+", "-")
                .replaceAll("^-|-$", "");
    }
}
