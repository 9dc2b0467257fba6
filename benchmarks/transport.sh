#!/bin/sh
# What clients see while the transport is swapped under them: transport.sh UNPACKED_DISTRIBUTION [SWAPS]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
exec "$java" "$here/src/main/java/io/patchbay/benchmarks/TransportSwaps.java" "$@"
