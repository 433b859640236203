#!/bin/bash
# SPDX-License-Identifier: MIT
# Everything about the interface that can be checked without a running installation.
# usage: frontend/check.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
./install.sh
exec ./node.sh npm run --silent check
