#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the user interface: <target>/site holds the files to serve, <target>/csp.conf a snippet for nginx.
# The target is replaced only when the build has succeeded. Needs npm; brings its own Node.js (see node.sh).
# usage: frontend/build.sh <target folder>
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: frontend/build.sh <target folder>" >&2; exit 2; }
mkdir -p "$1"
target=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"
: "${CNOP_VERSION:=$(git describe --tags --always --dirty 2>/dev/null || echo development)}"
export CNOP_VERSION

./install.sh --build-only
./node.sh react-router build
rm -rf "$target.new"
./node.sh node scripts/finish-build.mjs build/client "$target.new"
rm -rf "$target.old"
mv "$target" "$target.old"
mv "$target.new" "$target"
rm -rf "$target.old"
