#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs exactly the locked packages, once; later calls cost nothing. No package may run code while installing.
# usage: frontend/install.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
lock=$(cat package-lock.json node.sh | sha256sum)
if [ "$(cat node_modules/.cnop-lock 2>/dev/null || true)" != "$lock" ]; then
    # not `npm ci`: it refuses a lock made where packages for other platforms could not be had
    rm -rf node_modules
    ./node.sh npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
    echo "$lock" >node_modules/.cnop-lock
fi
