#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the static API documentation that the gateway serves at /docs.
# Usage: build_api_docs.sh OUT. Needs npm (one package, pinned by hash) and python3-yaml.
# OUT then holds index.html, errors/index.html, openapi.json, openapi.yaml, RapiDoc and its licence.
set -euo pipefail

RAPIDOC_VERSION=9.3.8
RAPIDOC_SHA512='eCYEbr1Xr8OJZvVCw8SXl9zBCRoLJbhNGuG5IZTHq/RWAOq/O4MafUCuFEyZHsrhLrlUcGZMa64pyhpib8fQKQ=='

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

fail() {
    echo "build_api_docs: $1" >&2
    exit 1
}

# The package's tarball, from the cache when it is there and unharmed.
fetch_rapidoc() { # CACHE_DIR; prints its path
    local tarball="$1/rapidoc-$RAPIDOC_VERSION.tgz"
    mkdir -p "$1"
    if ! has_right_hash "$tarball"; then
        npm pack "rapidoc@$RAPIDOC_VERSION" --ignore-scripts --silent --pack-destination "$1" \
            >/dev/null || fail "npm could not fetch rapidoc@$RAPIDOC_VERSION"
        has_right_hash "$tarball" || fail "rapidoc@$RAPIDOC_VERSION does not have the pinned hash"
    fi
    printf '%s\n' "$tarball"
}

has_right_hash() { # FILE
    [ -f "$1" ] && [ "$(openssl dgst -sha512 -binary "$1" | base64 -w0)" = "$RAPIDOC_SHA512" ]
}

[ $# -eq 1 ] || fail "usage: build_api_docs.sh OUT"
mkdir -p "$1/errors"
out=$(cd "$1" && pwd -P)

# what needs no npm comes first and stays when the rest fails
install -m 0644 "$root"/docs/site/{index.html,docs.css,docs.js} "$out/"
install -m 0644 "$root/docs/reference/openapi.yaml" "$out/openapi.yaml"
/usr/bin/python3 "$root/docs/site/code_samples.py" "$out/openapi.yaml" "$out/openapi.json"
/usr/bin/python3 "$root/shared/base/gen_errors.py" --html "$out/errors/index.html"

tarball=$(fetch_rapidoc "${CNOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/cnop}")
tar -xzf "$tarball" -C "$out" --strip-components=2 --no-same-owner \
    package/dist/rapidoc-min.js package/dist/rapidoc-min.js.LICENSE.txt
# the source map is not shipped, so its name must not be asked for
sed -i '/^\/\/# sourceMappingURL=/d' "$out/rapidoc-min.js"
