#!/bin/sh
# SPDX-License-Identifier: MIT
# Lists the files a release carries, one a line: what git tracks in a checkout, what MANIFEST names
# in an unpacked release, and in a bare copy of the tree all that is not build output. With --working,
# a checkout's files that git does not know yet are listed as well.
# usage: tools/list_files.sh [--working] [SOURCE FOLDER]
set -eu
working=
[ "${1:-}" != --working ] || { working=1 && shift; }
cd "${1:-$(dirname "$0")/..}"

if [ -e .git ] && command -v git >/dev/null; then
    # whoever owns the checkout: this only lists
    [ -z "$working" ] || {
        git -c safe.directory='*' -c core.quotepath=off ls-files --cached --others --exclude-standard |
            while IFS= read -r name; do [ ! -e "$name" ] || printf '%s\n' "$name"; done
        exit
    }
    exec git -c safe.directory='*' ls-files
elif [ -e MANIFEST ]; then
    exec cat MANIFEST
fi
find . \( -path ./.git -o -path ./var -o -path './build*' -o -path ./conf/autotools/aux \
    -o -path ./conf/autotools/m4-lib -o -path ./frontend/build -o -path ./frontend/dist \
    -o -name node_modules -o -name .node -o -name .react-router -o -name autom4te.cache \
    -o -name .deps -o -name .libs -o -name __pycache__ -o -name .pytest_cache \) -prune \
    -o -type f ! -path ./aclocal.m4 ! -path './configure' ! -path './configure~' \
    ! -path ./Makefile.in ! -path './config.h.in*' ! -name '*.o' ! -name '*.lo' ! -name '*.la' \
    -print | sed 's|^\./||' | LC_ALL=C sort
