/** Loads RocksDB. */
@NullMarked
@Export
@Version("0.1.0")
package io.patchbay.driver.rocksdb;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
