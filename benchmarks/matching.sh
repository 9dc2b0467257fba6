#!/bin/sh
# One change matched against 10,000 different filters, by the index and by asking each: matching.sh UNPACKED_DISTRIBUTION [FILTERS] [ROUNDS]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
exec "$java" -XX:+UseSerialGC -cp "$here/target/classes:$1/bundles/*:$1/lib/*" io.patchbay.benchmarks.MatchingFilters "${2:-10000}" "${3:-5}"
