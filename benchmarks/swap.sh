#!/bin/sh
# How long writers wait while the document store is swapped under them: swap.sh UNPACKED_DISTRIBUTION [DOCUMENTS] [WRITES_PER_SECOND]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
exec "$java" "$here/src/main/java/io/patchbay/benchmarks/SwapPause.java" "$@"
