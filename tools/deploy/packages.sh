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
    [ -n "$missing" ] || [ -s "$(new_daemons_file)" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            die 3 "these packages are missing, and there is no sudo: $missing" \
                "apt-get install $missing, as root"
        # a NOPASSWD rule satisfies the first, never the second
        sudo -n true 2>/dev/null || { say "sudo is needed to install packages" && sudo -v; } ||
            die 3 "these packages are missing, and sudo refused: $missing" \
                "apt-get install $missing, as root"
    fi
    step "Debian packages" "apt-get update, then again" install_packages "$@"
}

POLICY=/usr/sbin/policy-rc.d
POLICY_MARK='# left by an interrupted ./deploy.sh of CNOP'

# Runs in a shell of its own. The stack brings its own daemons: those of packages that come with it
# are neither started now nor at the next boot. What was on this machine before stays as it is.
install_packages() { # GROUP...
    local missing
    missing=$(missing_packages "$@")
    if [ -n "$missing" ]; then
        note_new_daemons
        forbid_starts
        as_root dpkg --configure -a || true # what an interrupted installation may have left
        apt_get update -q || echo "apt-get update failed; going on with the present lists"
        # shellcheck disable=SC2086
        apt_get install -y -q --no-install-recommends $missing || return
    fi
    disable_new_daemons
}

forbid_starts() {
    if [ -e $POLICY ] && ! grep -qxF "$POLICY_MARK" $POLICY; then
        return 0
    fi
    trap 'as_root rm -f $POLICY' EXIT
    printf '#!/bin/sh\n%s\nexit 101\n' "$POLICY_MARK" | as_root tee $POLICY >/dev/null
    as_root chmod 0755 $POLICY
}

# Waits while another apt is at work: dpkg's lock by an option, that of the lists by asking again.
apt_get() { # ARGUMENT...
    local output deadline=$((SECONDS + 300)) code
    output=$(mktemp)
    while true; do
        code=0
        as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get \
            -o DPkg::Lock::Timeout=300 "$@" 2>&1 | tee "$output" || code=${PIPESTATUS[0]}
        if [ "$code" -eq 0 ] || [ $SECONDS -ge $deadline ] || ! grep -q 'Could not get lock' "$output"; then
            break
        fi
        sleep 2
    done
    rm -f "$output"
    return "$code"
}

# Kept until they are disabled, also over an interruption.
new_daemons_file() { echo "$CNOP_VAR/new-daemons"; }

note_new_daemons() {
    local name
    for name in $(packages_of daemons); do
        daemon_is_known "$name" || grep -qxF "$name" "$(new_daemons_file)" 2>/dev/null ||
            echo "$name" >>"$(new_daemons_file)"
    done
}

daemon_is_known() { # NAME
    [ -e "/etc/init.d/$1" ] || [ -n "$(systemctl is-enabled "$1" 2>/dev/null)" ]
}

# Without systemd (a container) the links for the next boot go all the same.
disable_new_daemons() {
    local name
    [ -s "$(new_daemons_file)" ] || return 0
    while read -r name; do
        daemon_is_known "$name" || continue
        echo "new on this machine, not needed by the stack: the service $name; disabled"
        if [ -d /run/systemd/system ]; then
            as_root systemctl disable --now "$name"
        elif command -v systemctl >/dev/null; then
            as_root systemctl disable "$name"
        else
            as_root update-rc.d "$name" disable
        fi || return
    done <"$(new_daemons_file)"
    rm -f "$(new_daemons_file)"
}

# The distribution's own daemons that start at boot beside the stack.
daemons_at_boot() {
    local name
    for name in $(packages_of daemons); do
        [ "$(systemctl is-enabled "$name" 2>/dev/null)" != enabled ] || printf '%s ' "$name"
    done
}
