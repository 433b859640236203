#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs exactly the locked packages, once; later calls cost nothing. No package may run code while installing.
# usage: frontend/install.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
lock=$(cat package-lock.json node.sh | sha256sum)
if [ "$(cat node_modules/.cnop-lock 2>/dev/null || true)" != "$lock" ]; then
    ./node.sh npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
    echo "$lock" >node_modules/.cnop-lock
fi
