#!/bin/sh
# Durable creates a second over HTTP and over one WebSocket, encrypted and in clear, beside a bare Jetty and a bare store: writes.sh UNPACKED_DISTRIBUTION [SECONDS] [ROUNDS]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
exec "$java" -XX:+UseSerialGC -cp "$here/target/classes:$1/bundles/*:$1/lib/*" io.patchbay.benchmarks.HttpWrites "$@"
