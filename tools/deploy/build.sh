# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# From source to installed programs, and from frontend/ to static files. Everything is built from a
# copy of the sources, so that the checkout is only read.

# Only what changed is copied, and so built, again. It gets the time of now: its own could be older than what was
# built, meanwhile, of the copy before it.
sync_sources() {
    local list="$CNOP_VAR/src.files" differences
    "$CNOP_SOURCE/tools/list_files.sh" --working "$CNOP_SOURCE" | LC_ALL=C sort >"$list.new" || return
    [ ! -L "$CNOP_VAR/src" ] || rm "$CNOP_VAR/src" # earlier versions built from the checkout itself
    mkdir -p "$CNOP_VAR/src"
    if [ -f "$list" ]; then
        LC_ALL=C comm -23 "$list" "$list.new" | (cd "$CNOP_VAR/src" && xargs -r -d '\n' rm -f --)
    fi
    differences=$(pack_sources <"$list.new" | LC_ALL=C tar -C "$CNOP_VAR/src" -df - 2>&1) || true
    sed -nE 's/^tar: (.*): Warning: Cannot stat: .*/\1/p' <<<"$differences" | copy_sources &&
        sed -nE 's/: (Size|Contents|Mode|File type|Symlink) differs?$//p' <<<"$differences" | sort -u |
        copy_sources --touch || return
    mv "$list.new" "$list"
}

pack_sources() {
    tar -C "$CNOP_SOURCE" --no-recursion -cf - -T -
}

copy_sources() { # [--touch]
    pack_sources | tar -C "$CNOP_VAR/src" --no-same-owner "$@" -xf -
}

must_bootstrap() { # STAMP
    [ ! -x configure ] || [ ! -f Makefile.in ] || [ ! -f config.h.in ] || [ ! -f "$1" ] ||
        [ -n "$(find . -maxdepth 4 \( -name '*.am' -o -name '*.m4' -o -name configure.ac \) \
            -newer "$1" -print -quit 2>/dev/null)" ]
}

# The stamps say that a step ran to its end, also after an interrupted one.
build_configure() {
    sync_sources && cd "$CNOP_VAR/src" || return 1
    if must_bootstrap "$CNOP_VAR/build/bootstrapped"; then
        ./bootstrap && touch "$CNOP_VAR/build/bootstrapped" || return 1
    fi
    cd "$CNOP_VAR/build" || return 1
    # shellcheck disable=SC2086
    if [ ! -f configured ] || [ ../src/configure -nt configured ]; then
        rm -f configured
        ../src/configure --prefix="$CNOP_APP" --libexecdir="$CNOP_APP/libexec/cnop" -q \
            ${CNOP_CONFIGURE_FLAGS:-} && touch configured
    fi
}

# What did not change keeps its time stamp, so that nothing restarts for it.
build_programs() {
    sync_sources && cd "$CNOP_VAR/build" && make -j"$(nproc)" && make install INSTALL="install -C"
}

build_benchmarks() {
    cd "$CNOP_VAR/build" && make -j"$(nproc)" && make check TESTS=
}

# The UI is rebuilt when anything that goes into it changed.
ui_stamp() {
    (cd "$CNOP_VAR/src" && grep -E '^(frontend/|docs/(site/|build_api_docs|reference/openapi)|shared/base/.*errors)' \
        "$CNOP_VAR/src.files" | xargs -d '\n' sha256sum | sha256sum)
}

UI_BUILDS_KEPT=4

# Newest first: folders are named after the second they were begun in.
ui_builds() {
    find "$CNOP_VAR/ui" -mindepth 1 -maxdepth 1 -type d | sort -r
}

# A page that is open during a swap still asks for the files of its own build: the hashed files of the
# builds before are served beside the new ones, each as a second name of the same file.
keep_open_pages_alive() {
    local new=$1 old name
    (cd "$new/site/assets" && find . -type f) >"$new/own-assets"
    for old in $(ui_builds | grep -vxF "$new" | head -n $((UI_BUILDS_KEPT - 1))); do
        [ -f "$old/own-assets" ] || continue
        while read -r name; do
            [ -e "$new/site/assets/$name" ] || ln "$old/site/assets/$name" "$new/site/assets/$name"
        done <"$old/own-assets"
    done
}

# Builds into a new folder and swaps the link, so that a visitor never sees half of it.
build_ui() {
    local stamp out
    sync_sources || return
    stamp=$(ui_stamp)
    if [ "${1:-}" != force ] && [ "$(cat "$CNOP_VAR/ui/stamp" 2>/dev/null)" = "$stamp" ]; then
        return 0
    fi
    out="$CNOP_VAR/ui/$(date +%s)"
    mkdir -p "$out"
    if [ -d "$CNOP_SOURCE/frontend/dist/ui" ] && [ ! -e "$CNOP_SOURCE/.git" ]; then
        # a release brings it built
        cp -R "$CNOP_SOURCE/frontend/dist/ui/." "$out/"
    else
        CNOP_VERSION=$(source_version) "$CNOP_VAR/src/frontend/build.sh" "$out" || return 1
        "$CNOP_VAR/src/docs/build_api_docs.sh" "$out/site/docs" || return 1
    fi
    keep_open_pages_alive "$out"
    ln -sfn "$out" "$CNOP_VAR/ui/current.new" && mv -T "$CNOP_VAR/ui/current.new" "$CNOP_VAR/ui/current"
    echo "$stamp" >"$CNOP_VAR/ui/stamp"
    ui_builds | tail -n +$((UI_BUILDS_KEPT + 1)) | xargs -r rm -rf
}
