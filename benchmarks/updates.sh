#!/bin/sh
# What 10,000 WebSockets with subscriptions see while the protocol and the transport are updated under them, 5 times each; ends with 1 if anything is lost: updates.sh UNPACKED_DISTRIBUTION [CONNECTIONS] [UPDATES] [WRITES_PER_SECOND]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
# For the node, and for the clients, which are another process. Where less is allowed it is left as it is.
ulimit -n 20000 2>/dev/null || true
exec "$java" -XX:+UseSerialGC -cp "$here/target/classes:$1/bundles/*:$1/lib/*" io.patchbay.benchmarks.UpdatesUnderClients "$@"
