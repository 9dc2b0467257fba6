#!/bin/sh
# Memory and CPU of 10,000 idle connections with a subscription each, beside a bare Jetty: idle.sh UNPACKED_DISTRIBUTION [CONNECTIONS] [SECONDS]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
# Both servers give back what they don't use; otherwise the figure is how much free heap Java likes to keep. JAVA_TOOL_OPTIONS=' ' measures that.
JAVA_TOOL_OPTIONS=${JAVA_TOOL_OPTIONS:--XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20}
export JAVA_TOOL_OPTIONS
exec "$java" -XX:+UseSerialGC -cp "$here/target/classes:$1/bundles/*:$1/lib/*" io.patchbay.benchmarks.IdleConnections "$@"
