#!/bin/sh
# JVM start -> ready, median of 10, beside a bare "java -version": startup.sh UNPACKED_DISTRIBUTION [RUNS]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
exec "$java" "$here/src/main/java/io/patchbay/benchmarks/Startup.java" "$@"
