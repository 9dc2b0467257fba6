#!/bin/sh
# Durable writes per second of the key-value store, in clear and encrypted, beside bare RocksDB, and reads: keyvalues.sh UNPACKED_DISTRIBUTION [KEYS] [ROUNDS]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$java" -Dpatchbay.rocksdb.tmpdir="$folder" -cp "$here/target/classes:$1/bundles/*:$1/lib/*" io.patchbay.benchmarks.KeyValueWrites "$folder" "${2:-64000}" "${3:-3}"
