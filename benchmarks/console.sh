#!/bin/sh
# First load of the console in Chromium on loopback, from the start of the navigation, beside a bare page: console.sh UNPACKED_DISTRIBUTION [RUNS]
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
PATCHBAY_DISTRIBUTION=$1
RUNS=${2:-30}
export PATCHBAY_DISTRIBUTION RUNS
cd "$here/../bundles/console/web"
exec npm run --silent first-load
