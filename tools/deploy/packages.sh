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

# Leaves daemons of installed packages stopped: the stack brings its own instances.
install_packages() { # GROUP...
    local missing policy=/usr/sbin/policy-rc.d made_policy=0 code=0
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 0755 $policy
        made_policy=1
    fi
    as_root apt-get update -q || echo "apt-get update failed; going on with the present lists"
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        $missing || code=1
    [ $made_policy = 0 ] || as_root rm -f $policy
    return $code
}
