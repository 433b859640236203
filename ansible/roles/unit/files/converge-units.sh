#!/bin/bash
# SPDX-License-Identifier: MIT
# Enables and starts units, and restarts (reloads, where that is enough) those whose files
# were replaced since they started. Asks the host, so that it does not matter whether an earlier run ended
# between a file and its restart. Prints what it does; with --check it does nothing.
# usage: converge-units.sh [--check] UNIT...
set -euo pipefail

check=''
[ "$1" != --check ] || { check=1 && shift; }

act() { # VERB UNIT
    echo "$1 $2"
    [ -n "$check" ] || systemctl -q "$1" "$2.service"
}

property() { # UNIT NAME
    systemctl show --value --timestamp=us+utc -p "$2" "$1.service"
}

files_of() { # UNIT: one a line
    local program
    property "$1" FragmentPath
    property "$1" DropInPaths | tr ' ' '\n'
    program=$(property "$1" ExecStart)
    program=${program#*path=}
    echo "${program%% *}"
    systemctl cat "$1.service" | sed -n 's/^LoadCredential=[^:]*://p'
    case $1 in
        cnop-mariadb) echo /etc/cnop/cnop.cnf ;;
        cnop-memcached) echo /etc/cnop/memcached.env ;;
        # a reload does not exchange the module in a safe way
        cnop-gateway) echo /usr/lib/nginx/modules/ngx_http_cnop_module.so ;;
        cnop-tunnel | nftables) ;;
        *) echo "/etc/cnop/${1#cnop-}.conf" ;;
    esac
}

reloaded_files_of() { # UNIT: one a line
    case $1 in
        cnop-gateway) printf '%s\n' /etc/cnop/{nginx,api,ui,cnop_params}.conf /etc/cnop/tls/*.pem ;;
        cnop-tunnel) printf '%s\n' /etc/cnop/tunnel.cfg /etc/cnop/tunnel/*.pem ;;
        nftables) echo /etc/nftables.conf ;;
    esac
}

# Whether one of the files on standard input came to stand there since, whatever date it carries.
newer_than() { # TIME
    local newest
    newest=$(sed '/^$/d' | xargs -r -d '\n' stat -L -c %.6Z | tr -d . | sort -n | tail -n 1)
    [ "${newest:-0}" -ge "$(date -d "$1" +%s%6N)" ]
}

for unit in "$@"; do
    systemctl -q is-enabled "$unit.service" || act enable "$unit"
    if ! systemctl -q is-active "$unit.service"; then
        act start "$unit"
    elif files_of "$unit" | newer_than "$(property "$unit" ExecMainStartTimestamp)"; then
        act restart "$unit"
    elif reloaded_files_of "$unit" | newer_than "$(property "$unit" StateChangeTimestamp)"; then
        act reload "$unit"
    fi
done
