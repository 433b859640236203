# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Debian packages: which are needed for building and running, which only for the tests.

packages_of() { # GROUP
    sed -n "/^\[$1\]/,/^\[/p" "$CNOP_SOURCE/conf/packages.txt" | grep -Ev '^(\[|#|$)'
}

missing_packages() { # GROUP...
    local group name
    for group in "$@"; do
        for name in $(packages_of "$group"); do
            dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || echo "$name"
        done
    done
}

# Asks for the password now, where somebody can see the question; the step's output goes to a file.
need_packages() { # GROUP...
    local missing
    missing=$(missing_packages "$@" | tr '\n' ' ')
    if [ -n "$missing" ] && [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            die 3 "these packages are missing, and there is no sudo: $missing" \
                "apt-get install $missing, as root"
        sudo -n true 2>/dev/null || say "sudo is needed to install packages"
        sudo -v || die 3 "these packages are missing, and sudo refused: $missing" \
            "apt-get install $missing, as root"
    fi
    step "Debian packages" "apt-get update, then again" install_packages "$@"
}

# Runs in a shell of its own. Leaves daemons of installed packages stopped: the stack brings its own.
install_packages() { # GROUP...
    local missing policy=/usr/sbin/policy-rc.d
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    if [ ! -e $policy ]; then
        trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 0755 $policy
    fi
    as_root dpkg --configure -a || true # what an interrupted installation may have left
    as_root apt-get update -q || echo "apt-get update failed; going on with the present lists"
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        $missing
}
