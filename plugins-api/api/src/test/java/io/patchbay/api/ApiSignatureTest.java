package io.patchbay.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every change of the public API shows: its signatures stand in {@code signatures.txt}, and the build compares. After a change that is meant, run with
 * {@code -Dpatchbay.signatures.write=true}, raise the version in the package's {@code package-info} (a micro step for Javadoc, minor for an addition, major for all that breaks
 * a consumer; a new abstract method of a {@code @ConsumerType} breaks one) and commit both.
 */
class ApiSignatureTest {
    private static final Path COMMITTED = Path.of("signatures.txt");

    @Test
    void publicApiIsWhatSignaturesTxtSays() throws Exception {
        String actual = String.join("\n", signatures()) + "\n";
        if (Boolean.getBoolean("patchbay.signatures.write")) {
            Files.writeString(COMMITTED, actual);
        }
        assertThat(actual).as("signatures of the exported packages").isEqualTo(Files.readString(COMMITTED));
    }

    private static List<String> signatures() throws IOException, URISyntaxException {
        Path classes = Path.of(ErrorCode.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.walk(classes)) {
            List<String> names = files.map(file -> classes.relativize(file).toString())
                    .filter(file -> file.endsWith(".class"))
                    .map(file -> file.substring(0, file.length() - 6).replace('/', '.'))
                    .sorted()
                    .toList();
            for (String name : names) {
                describe(name, lines);
            }
        }
        return lines;
    }

    private static void describe(String name, List<String> lines) {
        Class<?> type = load(name);
        if (name.endsWith("package-info")) {
            lines.add("package " + type.getPackageName());
            return;
        }
        if (!isVisible(type)) {
            return;
        }
        lines.add(type.toGenericString() + extension(type));
        Stream<Member> members = Stream.of(
                        Arrays.<Member>stream(type.getDeclaredFields()),
                        Arrays.<Member>stream(type.getDeclaredConstructors()),
                        Arrays.<Member>stream(type.getDeclaredMethods()))
                .flatMap(stream -> stream);
        members.filter(member ->
                        !member.isSynthetic() && (member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0)
                .map(ApiSignatureTest::text)
                .sorted()
                .forEach(line -> lines.add("    " + line));
    }

    private static boolean isVisible(Class<?> type) {
        Class<?> outer = type.getDeclaringClass();
        return Modifier.isPublic(type.getModifiers())
                && !type.isAnonymousClass()
                && (outer == null || isVisible(outer));
    }

    private static String extension(Class<?> type) {
        Stream<String> supers = Stream.concat(
                Stream.ofNullable(type.getGenericSuperclass()).map(Object::toString),
                Arrays.stream(type.getGenericInterfaces()).map(Object::toString));
        return supers.collect(Collectors.joining(", ", " : ", ""));
    }

    private static String text(Member member) {
        if (member instanceof Field field) {
            return field.toGenericString() + constant(field);
        }
        return member instanceof Constructor<?> constructor
                ? constructor.toGenericString()
                : ((Method) member).toGenericString();
    }

    private static String constant(Field field) {
        boolean isConstant = Modifier.isStatic(field.getModifiers()) && Modifier.isFinal(field.getModifiers());
        if (!isConstant || !(field.getType().isPrimitive() || field.getType() == String.class)) {
            return "";
        }
        try {
            return " = " + field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(field.toString(), e);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, ApiSignatureTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(name, e);
        }
    }
}
