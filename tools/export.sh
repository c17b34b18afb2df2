#!/usr/bin/env bash
# Export notebooks to the package. `tools/export.sh nbs/reward` does one folder; without an argument, all of nbs.
set -eu
cd "$(dirname "$0")/.."
exec 9>"${TMPDIR:-/tmp}/promptmem-export.lock"
flock 9
if [ $# -gt 0 ]; then nbdev_export --path "$1"; else nbdev_export; fi
