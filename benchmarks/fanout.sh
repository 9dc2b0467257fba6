#!/bin/sh
# Changes to 1, 100 and 1,000 watchers, and how long a write takes to be seen, beside a bare Jetty that sends ready frames: fanout.sh UNPACKED_DISTRIBUTION [SECONDS] [ROUNDS]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
exec "$java" -XX:+UseSerialGC -cp "$here/target/classes:$1/bundles/*:$1/lib/*" io.patchbay.benchmarks.FanOut "$@"
