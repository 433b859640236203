# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What deploy.sh prints: one line per step, a spinner on a terminal only, failures with the end of
# their log. Sourced by deploy.sh; decides nothing.

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    say_green=$'\e[32m' say_red=$'\e[31m' say_dim=$'\e[2m' say_off=$'\e[0m'
else
    say_green='' say_red='' say_dim='' say_off=''
fi

say() {
    [ "${CNOP_QUIET:-0}" = 1 ] || printf '%s\n' "$*"
}

# die EXIT_CODE MESSAGE [HINT]: the one way out on failure.
die() {
    printf '%serror:%s %s\n' "$say_red" "$say_off" "$2" >&2
    [ $# -lt 3 ] || printf '  try: %s\n' "$3" >&2
    exit "$1"
}

# step_fail NAME LOG HINT: names the log, its last lines and what to try.
step_fail() {
    {
        printf '%s✘ %s%s\n' "$say_red" "$1" "$say_off"
        printf '  the last lines of %s:\n' "$2"
        tail -n 20 "$2" | sed 's/^/  | /'
        [ -z "$3" ] || printf '  try: %s\n' "$3"
    } >&2
}

# Ctrl-C and friends end the running step with all its processes, not only this script.
step_pid=''
step_interrupted() {
    trap '' INT TERM HUP
    if [ -n "$step_pid" ]; then
        kill -INT -- "-$step_pid" 2>/dev/null || true
        wait "$step_pid" 2>/dev/null || true
        kill -KILL -- "-$step_pid" 2>/dev/null || true
    fi
    printf '\n%sinterrupted%s; the same command again goes on from here\n' "$say_red" "$say_off" >&2
    exit 130
}
trap step_interrupted INT TERM HUP

# step NAME HINT COMMAND...: runs the command in a process group of its own, with its output in a
# log of its own.
step() {
    local name=$1 hint=$2 log started pid code i=0
    # shellcheck disable=SC1003
    local spin='|/-\'
    shift 2
    lock_state
    log="$CNOP_VAR/log/deploy/$(tr -c 'a-zA-Z0-9\n' '-' <<<"$name").log"
    mkdir -p "$(dirname "$log")"
    started=$(date +%s%N)
    set -m
    ("$@") >"$log" 2>&1 </dev/null 9>&- &
    pid=$!
    set +m
    step_pid=$pid
    if [ -t 1 ] && [ "${CNOP_QUIET:-0}" != 1 ]; then
        while kill -0 "$pid" 2>/dev/null; do
            printf '\r%s %s' "${spin:i++%4:1}" "$name"
            sleep 0.1
        done
        printf '\r\e[K'
    fi
    code=0
    wait "$pid" || code=$?
    step_pid=''
    if [ "$code" -ne 0 ]; then
        step_fail "$name" "$log" "$hint"
        exit $((code == 3 || code == 4 ? code : 1))
    fi
    say "${say_green}✔${say_off} $name ${say_dim}$(awk -v a="$started" -v b="$(date +%s%N)" \
        'BEGIN { printf "%.1fs", (b - a) / 1e9 }')${say_off}"
}
