#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs the browser tests against a running installation (CNOP_UI_URL, default http://localhost:3000).
# Needs Debian's chromium; brings its own Node.js. usage: tests/e2e/run.sh [test file ...]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
command -v "${CHROMIUM:-chromium}" >/dev/null || { echo "e2e: chromium is missing, try: apt-get install chromium" >&2; exit 3; }
../../frontend/install.sh
ln -sfn ../../frontend/node_modules node_modules
[ $# -gt 0 ] || set -- *.test.ts
exec ../../frontend/node.sh node --test --test-concurrency=1 --test-timeout=120000 "$@"
