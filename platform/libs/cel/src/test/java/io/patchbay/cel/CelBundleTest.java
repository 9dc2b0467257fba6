package io.patchbay.cel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Map;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/** The bundle as it is built, in a real framework; by reflection, as its classes are not those of the test's class path. */
class CelBundleTest {

    @TempDir
    Path cache;

    private Framework framework;
    private Bundle bundle;

    @BeforeEach
    void start() throws BundleException {
        framework = new FrameworkFactory().newFramework(Map.of(Constants.FRAMEWORK_STORAGE, cache.toString()));
        framework.start();
        bundle = framework
                .getBundleContext()
                .installBundle("reference:" + Path.of("target/classes").toUri());
        bundle.start(Bundle.START_ACTIVATION_POLICY);
    }

    @AfterEach
    void stop() throws BundleException, InterruptedException {
        framework.stop();
        framework.waitForStop(0);
    }

    @Test
    void waitsForItsFirstUse() throws Exception {
        assertThat(bundle.getState()).isEqualTo(Bundle.STARTING);
        parse("a == 1");
        assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "country == \"FR\" && population > 100000",
                "meta.updatedAt >= timestamp('2026-01-01T00:00:00Z')",
                "has(doc.tags) && doc.tags.exists(t, t.startsWith('a'))",
                "auth != null && ('admin' in auth.roles || name.matches('^[a-z]+$'))",
                "x in [1, 2.5, 'three', b'four', null, true] ? {'k': 1u} : {}"
            })
    void parsesExpressions(String expression) throws Exception {
        Object result = parse(expression);
        assertThat((boolean) call(result, "hasError"))
                .as(String.valueOf(call(result, "getErrorString")))
                .isFalse();
        Object tree = call(result, "getAst");
        assertThat(call(tree, "getExpr")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a ==", "(a", "a && && b", "'open"})
    void tellsWhereAnExpressionIsWrong(String expression) throws Exception {
        Object result = parse(expression);
        assertThat((boolean) call(result, "hasError")).isTrue();
        assertThat((String) call(result, "getErrorString")).contains("ERROR");
    }

    private Object parse(String expression) throws Exception {
        Class<?> factory = bundle.loadClass("dev.cel.parser.CelParserFactory");
        Object builder = factory.getMethod("standardCelParserBuilder").invoke(null);
        Object macros = bundle.loadClass("dev.cel.parser.CelStandardMacro")
                .getField("STANDARD_MACROS")
                .get(null);
        Object withMacros = bundle.loadClass("dev.cel.parser.CelParserBuilder")
                .getMethod("setStandardMacros", Iterable.class)
                .invoke(builder, macros);
        Object parser = bundle.loadClass("dev.cel.parser.CelParserBuilder")
                .getMethod("build")
                .invoke(withMacros);
        return bundle.loadClass("dev.cel.parser.CelParser")
                .getMethod("parse", String.class)
                .invoke(parser, expression);
    }

    private static Object call(Object target, String method) throws Exception {
        Method found = target.getClass().getMethod(method);
        found.setAccessible(true);
        return found.invoke(target);
    }
}
