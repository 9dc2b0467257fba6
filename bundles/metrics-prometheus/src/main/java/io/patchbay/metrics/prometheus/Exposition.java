package io.patchbay.metrics.prometheus;

import io.patchbay.api.http.HttpRequest;
import io.patchbay.api.http.HttpResponse;
import io.patchbay.api.metrics.MetricFamily;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** The only user of the library: turns readings and what the virtual machine says of itself into one of the two text formats. One thread at a time. */
final class Exposition {
    private static final int USUAL_BYTES = 64 << 10;

    private final ExpositionFormatWriter text =
            PrometheusTextFormatWriter.builder().build();
    private final ExpositionFormatWriter openMetrics =
            OpenMetricsTextFormatWriter.builder().build();
    private final Machine machine = new Machine();
    /** How long the last answer was. */
    private int lastBytes = USUAL_BYTES;

    HttpResponse answer(List<MetricFamily> families, HttpRequest request) {
        ExpositionFormatWriter writer = writer(request.findHeader("accept").orElse(""));
        boolean compressed = request.findHeader("accept-encoding").orElse("").contains("gzip");
        byte[] body = write(writer, snapshots(families), compressed);
        HttpResponse answer = HttpResponse.of(200, writer.getContentType(), body)
                .with("Vary", "Accept, Accept-Encoding")
                .with("Cache-Control", "no-store");
        return compressed ? answer.with("Content-Encoding", "gzip") : answer;
    }

    /** OpenMetrics to who asks for it, to all others what every scraper reads. */
    private ExpositionFormatWriter writer(String accept) {
        return openMetrics.accepts(accept) ? openMetrics : text;
    }

    private MetricSnapshots snapshots(List<MetricFamily> families) {
        List<MetricSnapshot> all = new ArrayList<>();
        families.forEach(family -> all.add(Snapshots.of(family)));
        machine.read().forEach(all::add);
        return new MetricSnapshots(all);
    }

    private byte[] write(ExpositionFormatWriter writer, MetricSnapshots snapshots, boolean compressed) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(lastBytes);
        try (OutputStream out = compressed ? new GZIPOutputStream(bytes) : bytes) {
            writer.write(out, snapshots);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail to be written to", e);
        }
        lastBytes = Math.max(USUAL_BYTES, bytes.size());
        return bytes.toByteArray();
    }
}
