#!/bin/sh
# Durable creates per second of each document store alone, by batch size, and reads: stores.sh UNPACKED_DISTRIBUTION [DOCUMENTS]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for factory in io.patchbay.store.sqlite.SqliteDocumentStoreFactory io.patchbay.store.h2.H2DocumentStoreFactory; do
  mkdir "$folder/$factory"
  "$java" -cp "$here/target/classes:$1/bundles/*:$1/samples/*:$1/lib/*" io.patchbay.benchmarks.StoreWrites "$factory" "$folder/$factory" "${2:-48000}"
done
