#!/bin/sh
# Reads by id and lists of 20 out of a million documents, and logins beside them, beside a bare Jetty: reads.sh UNPACKED_DISTRIBUTION [DOCUMENTS] [SECONDS] [ROUNDS] [WHICH] [clear]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
exec "$java" -XX:+UseSerialGC -cp "$here/target/classes:$1/bundles/*:$1/lib/*" io.patchbay.benchmarks.HttpReads "$@"
