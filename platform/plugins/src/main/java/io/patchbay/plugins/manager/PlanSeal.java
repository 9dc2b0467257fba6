package io.patchbay.plugins.manager;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.document.Cbor;
import io.patchbay.api.plugin.Plan;
import io.patchbay.api.plugin.PlanForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Marks plans as this node's own: an HMAC over all of a plan, by a key that stands in {@code data/plugins/plan-key} and outlives a restart. So a plan that was kept in a file can be carried
 * out later exactly as it was shown, and one that was cut off, changed or made elsewhere is known as such. Any thread.
 */
final class PlanSeal {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int NODE_CHARS = 12;

    private final Path file;

    PlanSeal(Path file) {
        this.file = file;
    }

    Plan seal(Plan plan) {
        byte[] key = key();
        return plan.withSeal(node(key) + "." + mac(key, plan));
    }

    /** @throws PatchbayException BAD_REQUEST if this node did not make it, or somebody changed it */
    void require(Plan plan) {
        byte[] key = key();
        String[] parts = plan.seal().split("\\.", 2);
        if (parts.length == 2 && parts[0].length() == NODE_CHARS && !parts[0].equals(node(key))) {
            throw new PatchbayException(
                    ErrorCode.BAD_REQUEST,
                    "This plan was made by another node; a plan is carried out only where it was made.");
        }
        byte[] expected = (node(key) + "." + mac(key, plan)).getBytes(UTF_8);
        if (!MessageDigest.isEqual(expected, plan.seal().getBytes(UTF_8))) {
            throw new PatchbayException(
                    ErrorCode.BAD_REQUEST, "This plan was changed after the node had made it; make a new one.");
        }
    }

    private static String node(byte[] key) {
        return Sha256.of(key).substring(0, NODE_CHARS);
    }

    private static String mac(byte[] key, Plan plan) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(Cbor.encode(PlanForm.describe(plan.withSeal("")))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized byte[] key() {
        try {
            if (Files.exists(file)) {
                return HexFormat.of().parseHex(Files.readString(file).strip());
            }
            byte[] key = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(key);
            DurableFile.replacePrivately(file, List.of(HexFormat.of().formatHex(key)));
            return key;
        } catch (IOException | IllegalArgumentException e) {
            throw new PatchbayException(
                    ErrorCode.UNAVAILABLE,
                    "The key of plans %s can't be used (%s); delete it, and make new plans."
                            .formatted(file, e.getMessage()),
                    e);
        }
    }
}
