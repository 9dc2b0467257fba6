#!/bin/sh
# Memory and CPU of 10,000 idle connections with a subscription each, beside a bare Jetty: idle.sh UNPACKED_DISTRIBUTION [CONNECTIONS] [SECONDS]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
exec "$java" -XX:+UseSerialGC -cp "$here/target/classes:$1/bundles/*:$1/lib/*" io.patchbay.benchmarks.IdleConnections "$@"
