#!/bin/sh
# Whether a node stays as it was through 200 swaps of each kind; ends with 1 if heap, RSS, threads, class loaders or native libraries grow: swaps.sh UNPACKED_DISTRIBUTION [SWAPS [KIND ...]]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
# The node gives back what it doesn't use; otherwise RSS is how much free heap Java likes to keep.
JAVA_TOOL_OPTIONS=${JAVA_TOOL_OPTIONS:--XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20}
export JAVA_TOOL_OPTIONS
exec "$java" -cp "$here/target/classes:$1/bundles/*:$1/lib/*" io.patchbay.benchmarks.ManySwaps "$@"
