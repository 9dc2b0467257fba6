package io.patchbay.engine.transfer;

import io.patchbay.api.metrics.LimitGauges;
import io.patchbay.api.metrics.Metrics;
import io.patchbay.api.transfer.Export;
import io.patchbay.api.transfer.ImportChunk;
import io.patchbay.api.transfer.ImportOutcome;
import io.patchbay.api.transfer.ImportState;
import io.patchbay.api.transfer.Transfers;
import io.patchbay.engine.access.Visibility;
import io.patchbay.engine.collections.CollectionEntry;
import io.patchbay.engine.documents.DocumentQueries;
import io.patchbay.engine.plane.DataPlane;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** {@link Transfers} on the data plane's own parts. Any thread that may wait. */
@Component(service = Transfers.class, immediate = true)
public final class NodeTransfers implements Transfers {
    private final DataPlane plane;
    private final DocumentQueries queries;
    private final Imports imports;
    private final Set<SnapshotExport> exports = ConcurrentHashMap.newKeySet();
    private final Metrics.Counter importedDocuments;
    private final List<AutoCloseable> gauges;

    @Activate
    public NodeTransfers(@Reference DataPlane plane) {
        this.plane = plane;
        this.queries = new DocumentQueries(plane.slot());
        this.imports = new Imports(plane.sessionParts(), queries);
        Metrics metrics = plane.metrics();
        this.importedDocuments =
                metrics.counter("patchbay_import_documents_total", "Documents that imports have written.");
        LimitGauges.show(metrics, "engine", "export_kept_bytes", SnapshotExport.KEPT_BYTES);
        this.gauges = List.of(
                metrics.gauge("patchbay_exports_running", "Exports that run.", exports::size),
                metrics.gauge(
                        "patchbay_export_kept_bytes",
                        "Bytes of documents that were changed before a running export has read them, of the one that has most.",
                        this::mostKeptBytes));
    }

    double mostKeptBytes() {
        return exports.stream().mapToLong(SnapshotExport::keptBytes).max().orElse(0);
    }

    @Deactivate
    public void close() throws Exception {
        for (AutoCloseable gauge : gauges) {
            gauge.close();
        }
    }

    @Override
    public Optional<ImportState> findImport(String collection, String name) {
        return imports.find(collection, name);
    }

    @Override
    public ImportState beginImport(String collection, String name, String options) {
        return imports.begin(collection, name, options);
    }

    @Override
    public ImportOutcome write(ImportChunk chunk) {
        ImportOutcome outcome = imports.write(chunk);
        if (outcome instanceof ImportOutcome.Written) {
            importedDocuments.add(chunk.rows().size());
        }
        return outcome;
    }

    @Override
    public List<Integer> findPresent(String collection, List<String> ids) {
        return imports.findPresent(collection, ids);
    }

    @Override
    public Export openExport(String collection, Optional<String> filter) {
        plane.catalog().awaitLoaded();
        CollectionEntry entry = plane.catalog().require(collection);
        Visibility wanted = filter.map(plane.sessionParts().filters()::parse)
                .map(Visibility.ALL::and)
                .orElse(Visibility.ALL);
        SnapshotExport export = SnapshotExport.open(entry, wanted, plane.committer(), queries, exports::remove);
        exports.add(export);
        return export;
    }
}
