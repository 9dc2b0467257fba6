package io.patchbay.engine.transfer;

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
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@link Transfers} on the data plane's own parts. Any thread that may wait. */
@Component(service = Transfers.class)
public final class NodeTransfers implements Transfers {
    private final DataPlane plane;
    private final DocumentQueries queries;
    private final Imports imports;

    @Activate
    public NodeTransfers(@Reference DataPlane plane) {
        this.plane = plane;
        this.queries = new DocumentQueries(plane.slot());
        this.imports = new Imports(plane.sessionParts(), queries);
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
        return imports.write(chunk);
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
        return SnapshotExport.open(entry, wanted, plane.committer(), queries);
    }
}
