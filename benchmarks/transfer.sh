#!/bin/sh
# Documents a second through "patchbay import" and "patchbay export", beside the bare store: transfer.sh UNPACKED_DISTRIBUTION [DOCUMENTS] [ROUNDS]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
exec "$java" -XX:+UseSerialGC -cp "$here/target/classes:$1/bundles/*:$1/lib/*" io.patchbay.benchmarks.FileTransfers "$@"
