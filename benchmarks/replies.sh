#!/bin/sh
# WebSocket request and reply over 100 connections, beside the echo of a bare Jetty: replies.sh UNPACKED_DISTRIBUTION [SECONDS] [ROUNDS]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
exec "$java" -XX:+UseSerialGC -cp "$here/target/classes:$1/bundles/*:$1/lib/*" io.patchbay.benchmarks.WebSocketReplies "$@"
