package io.patchbay.engine.auth;

import static io.patchbay.engine.auth.AuthFixture.SECRET;
import static io.patchbay.engine.auth.AuthFixture.failure;
import static io.patchbay.engine.auth.AuthFixture.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.ErrorCode;
import io.patchbay.api.PatchbayException;
import io.patchbay.api.auth.Account;
import io.patchbay.api.auth.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredAccountsTest {
    @TempDir
    private Path home;

    private AuthFixture auth;
    private StoredAccounts accounts;

    @BeforeEach
    void open() {
        auth = new AuthFixture(home);
        accounts = auth.accounts;
    }

    @AfterEach
    void close() throws Exception {
        auth.close();
    }

    @Test
    void createdAccountIsFoundByNameAndId() {
        Account ann = join(accounts.create("ann", Role.ADMIN, "password", SECRET));

        assertThat(join(accounts.find("ann"))).contains(ann);
        assertThat(join(accounts.findById(ann.id()))).contains(ann);
        assertThat(join(accounts.find("Ann"))).isEmpty();
        assertThat(ann.credentials()).containsEntry("password", "kept " + SECRET);
        assertThat(auth.providers.openLeases).hasValue(0);
    }

    @Test
    void listIsByNameAndHoldsAccountsAlone() {
        join(accounts.create("zoe", Role.ADMIN, "password", SECRET));
        join(accounts.create("ann", Role.USER, "password", SECRET));

        assertThat(join(accounts.list())).extracting(Account::name).containsExactly("ann", "zoe");
    }

    @Test
    void ofManyWhoWantOneNameOneGetsIt() {
        List<CompletionStage<Account>> attempts = IntStream.range(0, 20)
                .mapToObj(i -> accounts.create("ann", Role.ADMIN, "password", SECRET))
                .toList();

        List<Object> results = attempts.stream()
                .map(attempt -> attempt.handle((account, failure) -> failure == null
                        ? (Object) account
                        : Failures.of(failure).code()))
                .map(AuthFixture::join)
                .toList();
        assertThat(results).filteredOn(Account.class::isInstance).hasSize(1);
        assertThat(results).filteredOn(ErrorCode.ALREADY_EXISTS::equals).hasSize(19);
        assertThat(join(accounts.list())).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ann",
                "ann ",
                "a\u0000b",
                "a\nb",
                "a\u200bb",
                "\u202enna",
                "system",
                "anonymous",
                "\ud800",
                "0123456789012345678901234567890123456789012345678901234567890123456789"
            })
    void namesThatNobodyCouldReadAreRefused(String name) {
        assertThat(failure(accounts.create(name, Role.USER, "password", SECRET)).code())
                .isEqualTo(ErrorCode.NAME_INVALID);
        assertThat(join(accounts.find(name))).isEmpty();
    }

    @Test
    void secretThatIsTheNameIsRefused() {
        assertThat(failure(accounts.create("annabella", Role.USER, "password", "Annabella"))
                        .code())
                .isEqualTo(ErrorCode.VALUE_INVALID);
        join(accounts.create("annabella", Role.USER, "password", SECRET));
        assertThat(failure(accounts.changeSecret("annabella", "password", "annabella"))
                        .code())
                .isEqualTo(ErrorCode.VALUE_INVALID);
    }

    @Test
    void whatTheMethodRefusesIsRefused() {
        PatchbayException weak = failure(accounts.create("ann", Role.USER, "password", "weak"));
        assertThat(weak.code()).isEqualTo(ErrorCode.VALUE_INVALID);
        PatchbayException unknown = failure(accounts.create("ann", Role.USER, "palm", SECRET));
        assertThat(unknown.code()).isEqualTo(ErrorCode.BAD_REQUEST);
        assertThat(unknown).hasMessage("There is no such login method; there is password.");
        assertThat(join(accounts.list())).isEmpty();
    }

    @Test
    void lastAdminStays() {
        join(accounts.create("ann", Role.ADMIN, "password", SECRET));
        join(accounts.create("bob", Role.USER, "password", SECRET));

        assertThat(failure(accounts.delete("ann")).code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(failure(accounts.change("ann", Role.USER, false)).code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(failure(accounts.change("ann", Role.ADMIN, true)))
                .hasMessage("'ann' is the last admin; make another user an admin first.");

        join(accounts.change("bob", Role.ADMIN, false));
        join(accounts.delete("ann"));
        assertThat(join(accounts.list())).extracting(Account::name).containsExactly("bob");
    }

    @Test
    void twoAdminsCanNotDeleteEachOtherAtOnce() {
        join(accounts.create("ann", Role.ADMIN, "password", SECRET));
        join(accounts.create("bob", Role.ADMIN, "password", SECRET));
        auth.documents.beforeNextCommit(() -> join(accounts.delete("bob")));

        assertThat(failure(accounts.delete("ann")).code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(join(accounts.list())).extracting(Account::name).containsExactly("ann");
    }

    @Test
    void nameOfADeletedAccountIsFree() {
        join(accounts.create("ann", Role.ADMIN, "password", SECRET));
        Account first = join(accounts.create("bob", Role.USER, "password", SECRET));
        join(accounts.delete("bob"));

        Account second = join(accounts.create("bob", Role.USER, "password", SECRET));

        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(failure(accounts.delete("carl")).code()).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void firstAdminCodeWorksOnceAndIsTheOwnersAlone() throws Exception {
        String code = join(accounts.firstAdminCode()).orElseThrow();
        Path file = home.resolve("keys/first-admin.sealed");
        assertThat(code).hasSize(32);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(join(accounts.firstAdminCode())).contains(code);
        assertThat(failure(accounts.createFirstAdmin("0".repeat(32), "eve", "password", SECRET))
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(failure(accounts.createFirstAdmin("", "eve", "password", SECRET))
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);

        Account ann = join(accounts.createFirstAdmin(code, "ann", "password", SECRET));

        assertThat(ann.role()).isEqualTo(Role.ADMIN);
        assertThat(file).doesNotExist();
        assertThat(join(accounts.firstAdminCode())).isEmpty();
        assertThat(failure(accounts.createFirstAdmin(code, "eve", "password", SECRET))
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
    }

    @Test
    void ofTwoFirstAdminsOneIsRefused() {
        String code = join(accounts.firstAdminCode()).orElseThrow();
        auth.documents.beforeNextCommit(() -> join(accounts.createFirstAdmin(code, "eve", "password", SECRET)));

        assertThat(failure(accounts.createFirstAdmin(code, "ann", "password", SECRET))
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(join(accounts.list())).extracting(Account::name).containsExactly("eve");
    }

    @Test
    void adminMadeAnotherWaySpendsTheCode() {
        String code = join(accounts.firstAdminCode()).orElseThrow();
        join(accounts.create("bob", Role.USER, "password", SECRET));
        assertThat(join(accounts.firstAdminCode())).contains(code);

        join(accounts.create("ann", Role.ADMIN, "password", SECRET));

        assertThat(join(accounts.firstAdminCode())).isEmpty();
    }
}
