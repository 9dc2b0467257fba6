/** Keys and values in RocksDB: in clear or sealed. */
@NullMarked
package io.patchbay.store.rocksdb;

import org.jspecify.annotations.NullMarked;
