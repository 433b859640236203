#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs exactly the locked packages, once; later calls cost nothing. No package may run code while installing.
# Building needs a small part of them only; the checks and the browser tests need all.
# usage: frontend/install.sh [--build-only]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
lock=$(cat package-lock.json node.sh | sha256sum | cut -c1-64)
have=$(cat node_modules/.cnop-lock 2>/dev/null || true)
omit=()
want="$lock all"
if [ "${1:-}" = --build-only ]; then
    [ "$have" != "$want" ] || exit 0
    omit=(--omit=dev)
    want="$lock build"
fi
if [ "$have" != "$want" ]; then
    ./node.sh npm ci "${omit[@]}" --ignore-scripts --no-audit --no-fund --loglevel=error
    echo "$want" >node_modules/.cnop-lock
fi
