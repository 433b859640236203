# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Debian packages of this tree: ./deploy.sh package. The same commit gives the same bytes.

# Later commits sort higher, so that a host upgrades; times are the commit's.
package_version() {
    local base
    base=$(sed -n 's/^AC_INIT(\[cnop\], \[\([0-9.]*\)\].*/\1/p' "$CNOP_SOURCE/configure.ac")
    if git -C "$CNOP_SOURCE" rev-parse HEAD >/dev/null 2>&1; then
        TZ=UTC git -C "$CNOP_SOURCE" log -1 --date=format-local:%Y%m%d.%H%M%S \
            --format="$base+git%cd.%h"
    else
        echo "$base"
    fi
}

package_date() {
    git -C "$CNOP_SOURCE" log -1 --format=%cD 2>/dev/null ||
        sed -n '/^ -- /{s/.*>  //p;q}' "$CNOP_SOURCE/debian/changelog"
}

# A copy of what a release carries, with the user interface built into it.
package_source() { # FOLDER
    local name version
    version=$(package_version)
    mkdir -p "$1"
    while read -r name; do
        [ ! -f "$CNOP_SOURCE/$name" ] || printf '%s\0' "$name"
    done < <("$CNOP_SOURCE/tools/list_files.sh" "$CNOP_SOURCE") |
        tar -C "$CNOP_SOURCE" -cf - --null -T - | tar -C "$1" -xf - || return
    "$CNOP_SOURCE/tools/list_files.sh" "$CNOP_SOURCE" >"$1/MANIFEST" || return
    {
        printf 'cnop (%s) unstable; urgency=medium\n\n  * Built from the tree at %s.\n\n' \
            "$version" "$(source_commit)"
        printf ' -- CNOP maintainers <cnop@localhost>  %s\n' "$(package_date)"
    } >"$1/debian/changelog"
    if [ -d "$CNOP_SOURCE/frontend/dist/ui" ] && [ ! -e "$CNOP_SOURCE/.git" ]; then
        mkdir -p "$1/frontend/dist" && cp -R "$CNOP_SOURCE/frontend/dist/ui" "$1/frontend/dist/"
    else
        CNOP_VERSION=$version "$CNOP_SOURCE/frontend/build.sh" "$1/frontend/dist/ui" &&
            "$CNOP_SOURCE/docs/build_api_docs.sh" "$1/frontend/dist/ui/site/docs"
    fi
}

# The folder can serve as an apt repository: it has an index.
build_packages() { # OUT
    local folder="$CNOP_VAR/tmp/package"
    rm -rf "$folder" # of a build that broke off
    package_source "$folder/cnop" || return
    (cd "$folder/cnop" && dpkg-buildpackage -b -us -uc -j"$(nproc)") || return
    mkdir -p "$1"
    rm -f "$1"/cnop-*.deb "$folder"/*-dbgsym_*.deb
    mv "$folder"/cnop-*.deb "$1/"
    (cd "$1" && dpkg-scanpackages . >Packages) || return
    rm -rf "$folder"
}
