#!/bin/sh
# Durable creates per second of each document store alone, by batch size, and reads, in clear and encrypted: stores.sh UNPACKED_DISTRIBUTION [DOCUMENTS]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for store in sqlite.SqliteDocumentStoreFactory/plain sqlite.SqliteDocumentStoreFactory/sealed h2.H2DocumentStoreFactory/plain; do
  mkdir -p "$folder/$store"
  "$java" -cp "$here/target/classes:$1/bundles/*:$1/samples/*:$1/lib/*" io.patchbay.benchmarks.StoreWrites "io.patchbay.store.${store%/*}" "$folder/$store" "${2:-48000}" "${store#*/}"
done
