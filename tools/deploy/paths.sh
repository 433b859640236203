# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Where everything lives. The checkout is only read; all state, a copy of the sources, what is built
# from it, downloads and the installed programs are under CNOP_VAR, whose path is free of blanks and
# short enough for Unix sockets.

# As root the stack runs as the system user `cnop`, who may not be able to enter the checkout
# (/root is closed), so the state lives in /var/lib then. `var` in the checkout leads there.
choose_var() {
    local id
    id=$(printf '%s' "$CNOP_SOURCE" | sha256sum | cut -c1-8)
    if [ "$(id -u)" -eq 0 ]; then
        echo "/var/lib/cnop/$id"
    elif [[ $CNOP_SOURCE =~ [^A-Za-z0-9/._-] ]] || [ ${#CNOP_SOURCE} -gt 60 ]; then
        echo "${XDG_STATE_HOME:-$HOME/.local/state}/cnop/$id"
    else
        echo "$CNOP_SOURCE/var"
    fi
}

CNOP_VAR=${CNOP_VAR:-$(choose_var)}
if [[ $CNOP_VAR =~ [^A-Za-z0-9/._-] ]] || [ ${#CNOP_VAR} -gt 70 ]; then
    die 3 "the state folder '$CNOP_VAR' has unusual characters or is too long for Unix sockets" \
        "CNOP_VAR=/some/short/path ./deploy.sh ..."
fi

if [ "$(id -u)" -eq 0 ]; then
    CNOP_RUN_USER=cnop
else
    CNOP_RUN_USER=$(id -un)
fi

# The database administrator is whoever deploys, identified by the operating system.
CNOP_DB_ADMIN=$(id -un)

CNOP_APP=$CNOP_VAR/app         # installed programs, module and SQL
CNOP_ETC=$CNOP_VAR/etc         # rendered configuration
CNOP_SV=$CNOP_VAR/sv           # runit service directories
CNOP_RUN=$CNOP_VAR/run         # sockets and pid files
CNOP_KEYS=$CNOP_VAR/keys       # passwords and token keys
CNOP_LIBEXEC=$CNOP_APP/libexec/cnop
export CNOP_VAR CNOP_SOURCE CNOP_RUN_USER

# What npm downloads is kept here, and asked for only once. A registry that does not answer is given
# up after seconds, not minutes.
export CNOP_CACHE=${CNOP_CACHE:-$CNOP_VAR/cache}
export npm_config_cache=$CNOP_CACHE/npm npm_config_prefer_offline=true npm_config_update_notifier=false
export npm_config_fetch_retries=1 npm_config_fetch_retry_mintimeout=1000 npm_config_fetch_retry_maxtimeout=2000
export npm_config_fetch_timeout=60000
export PYTHONDONTWRITEBYTECODE=1

# as_runner COMMAND...: run as the user the stack runs as.
as_runner() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd "$CNOP_VAR" && exec setpriv --reuid="$CNOP_RUN_USER" --regid="$CNOP_RUN_USER" \
            --clear-groups env HOME="$CNOP_VAR" "$@")
    else
        "$@"
    fi
}

# as_root COMMAND...: for package installation only.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# A state folder is one that we made, earlier versions included, or one prepared with choices for us:
# nothing else is ever used, let alone removed.
is_state_folder() {
    [ -f "$CNOP_VAR/.cnop-state" ] || [ -L "$CNOP_VAR/src" ] || [ -f "$CNOP_VAR/etc/local.yml" ]
}

# Only one may change the stack at a time. Held until this process ends; what it starts lets go.
lock_state() {
    [ ! -e /proc/self/fd/9 ] || return 0
    exec 9>>"$CNOP_VAR/.cnop-state"
    flock -n 9 || die 3 "another ./deploy.sh is at work on $CNOP_VAR" "wait for it to end"
}

prepare_var() {
    if [ "$(id -u)" -eq 0 ] && ! getent passwd "$CNOP_RUN_USER" >/dev/null; then
        useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin "$CNOP_RUN_USER" ||
            die 3 "cannot create the system user '$CNOP_RUN_USER'"
    fi
    if [ -d "$CNOP_VAR" ] && ! is_state_folder && [ -n "$(ls -A "$CNOP_VAR")" ]; then
        die 3 "the folder $CNOP_VAR holds something else" "CNOP_VAR=/some/empty/folder ./deploy.sh ..."
    fi
    mkdir -p "$CNOP_VAR" || die 3 "cannot create $CNOP_VAR" "CNOP_VAR=/some/other/folder ./deploy.sh ..."
    lock_state
    mkdir -p "$CNOP_VAR"/{etc,log,run,keys,sv,data,app,ui,tmp,build,cache}
    if [ "$CNOP_VAR" != "$CNOP_SOURCE/var" ] && [ -z "${CNOP_VAR_GIVEN:-}" ] &&
        { [ -L "$CNOP_SOURCE/var" ] || [ ! -e "$CNOP_SOURCE/var" ]; }; then
        ln -sfn "$CNOP_VAR" "$CNOP_SOURCE/var" 2>/dev/null || true
    fi
    if [ "$(id -u)" -eq 0 ]; then
        chown "$CNOP_RUN_USER:$CNOP_RUN_USER" "$CNOP_VAR"/{etc,log,run,keys,sv,data,tmp}
        chmod 0755 /var/lib/cnop 2>/dev/null || true
    fi
    chmod 0755 "$CNOP_VAR"
    chmod 0700 "$CNOP_VAR/keys" "$CNOP_VAR/data"
    chmod 0750 "$CNOP_VAR/run" "$CNOP_VAR/log"
}
