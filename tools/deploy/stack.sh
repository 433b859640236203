# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The running stack: rendered configuration, keys, database, runit services, health, first order.

# start order; runit restarts whatever ends
CNOP_DAEMONS=(mariadb memcached order order-read auth auth-relay user inventory feed insights ops gateway audit-writer logrotate)
# services of several processes: they roll over, one after the other
CNOP_WORKERS=(order-read auth user inventory insights ops)
CNOP_MONITORS=(stack-metrics node-exporter mysqld-exporter process-exporter alert-file alertmanager prometheus)
CNOP_STACK=("${CNOP_DAEMONS[@]}") # without monitoring

# Where monitoring is deployed and wanted, its programs are watched like the others.
with_monitors() {
    CNOP_DAEMONS=("${CNOP_STACK[@]}")
    if monitoring_is_deployed && ! monitoring_is_off; then CNOP_DAEMONS+=("${CNOP_MONITORS[@]}"); fi
}

api_port() { setting gateway.api_port; }
ui_port() { setting gateway.ui_port; }

setting() { # KEY
    local options=()
    [ ! -f "$CNOP_ETC/profile" ] || options+=(--profile "$(cat "$CNOP_ETC/profile")")
    [ ! -f "$CNOP_ETC/local.yml" ] || options+=(--file "$CNOP_ETC/local.yml")
    /usr/bin/python3 "$CNOP_SOURCE/conf/render.py" "${options[@]}" --get "$1"
}

# Database users of the programs, each with a password file.
CNOP_DB_USERS=(cnop_auth cnop_user cnop_market cnop_engine cnop_read cnop_insights cnop_audit cnop_audit_read)

# The choices of this installation are kept, so that a later deploy without options repeats them.
remember_choices() { # PROFILE KEY=PORT...; empty values keep what was chosen before
    [ -f "$CNOP_ETC/profile" ] || echo default >"$CNOP_ETC/profile"
    [ -z "$1" ] || echo "$1" >"$CNOP_ETC/profile"
    [ -f "$CNOP_ETC/local.yml" ] || printf 'gateway: {}\n' >"$CNOP_ETC/local.yml"
    shift
    remember "${@/#/gateway.}"
}

remember() { # GROUP.KEY=VALUE...
    /usr/bin/python3 - "$CNOP_ETC/local.yml" "$@" <<'PY'
import sys, yaml
path, *choices = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    values = yaml.safe_load(file) or {}
before = str(values)
for choice in choices:
    name, _, value = choice.partition("=")
    group, _, key = name.partition(".")
    if value:
        values.setdefault(group, {})[key] = int(value) if value.isdigit() else value
if str(values) != before:  # else the file keeps its owner's comments
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump(values, file)
PY
}

# Not the commit of a repository that only surrounds an unpacked release.
source_commit() {
    [ ! -e "$CNOP_SOURCE/.git" ] || git -c safe.directory='*' -C "$CNOP_SOURCE" rev-parse --short HEAD 2>/dev/null ||
        true
}

source_version() {
    [ ! -e "$CNOP_SOURCE/.git" ] || git -c safe.directory='*' -C "$CNOP_SOURCE" describe --tags --always --dirty \
        2>/dev/null || true
}

render_conf() {
    local commit
    commit=$(source_commit)
    /usr/bin/python3 "$CNOP_SOURCE/conf/render.py" --out "$CNOP_ETC" \
        --profile "$(cat "$CNOP_ETC/profile")" \
        --set "paths={app: $CNOP_APP, etc: $CNOP_ETC, run: $CNOP_RUN, keys: $CNOP_KEYS, data: $CNOP_VAR/data, log: $CNOP_VAR/log, tmp: $CNOP_VAR/tmp, ui: $CNOP_VAR/ui/current, sv: $CNOP_SV, metrics: $CNOP_RUN/metrics}" \
        --set "gateway.commit='${commit:-unknown}'" --set "run_user=$CNOP_RUN_USER" --set "mariadb.admin_user=$CNOP_DB_ADMIN" \
        --file "$CNOP_ETC/local.yml"
    [ "$(id -u)" -ne 0 ] || chown -R "$CNOP_RUN_USER:" "$CNOP_ETC"
}

port_answers() { # PORT
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

port_is_free() { ! port_answers "$1"; }

# Those that the running gateway of this very stack listens on, in whatever state it is.
own_ports() {
    orphan_is_alive "$(cat "$CNOP_SV/gateway/supervise/pid" 2>/dev/null)" || gateway_is_up || return 0
    sed -n 's/^ *listen [0-9.]*:\([0-9]*\).*/\1/p' "$CNOP_ETC/nginx.conf"
}

# check_ports NAME=PORT...: an empty port stands for the one of the last deployment.
check_ports() {
    local pair port own taken='' other='' seen=' '
    own=" $(own_ports | tr '\n' ' ')"
    for pair in "$@"; do
        port=${pair#*=}
        [ -n "$port" ] || port=$(setting "gateway.${pair%%=*}")
        [[ $seen != *" $port "* ]] || die 2 "port $port is wanted twice"
        seen+="$port "
        if [[ $own != *" $port "* ]] && port_answers "$port"; then
            taken+=" $port"
            other+=" --$(tr _ - <<<"${pair%%=*}") $(free_port $((port % 50000 + 10000)))"
        fi
    done
    [ -z "$taken" ] ||
        die 3 "in use by another program: port$taken" "./deploy.sh local deploy$other"
}

free_port() { # FROM
    local port=$1
    while port_answers "$port"; do port=$((port + 1)); done
    echo "$port"
}

gateway_is_up() {
    [ -S "$CNOP_RUN/gateway-control.sock" ] && ask_gateway revocations >/dev/null 2>&1
}

ask_gateway() { # WHAT [CURL OPTIONS]
    curl -fsS -m 2 --unix-socket "$CNOP_RUN/gateway-control.sock" "${@:2}" "http://localhost/control/$1"
}

tell_gateway() { # WHAT; lines from standard input
    ask_gateway "$1" --data-binary @-
}

# ---- keys ----

make_keys() {
    local user
    for user in "${CNOP_DB_USERS[@]}"; do
        [ -s "$CNOP_KEYS/db-$user.pw" ] || new_secret 24 >"$CNOP_KEYS/db-$user.pw"
    done
    [ -s "$CNOP_KEYS/order-id.key" ] || head -c 16 /dev/urandom >"$CNOP_KEYS/order-id.key"
    [ -s "$CNOP_KEYS/cache.key" ] || head -c 32 /dev/urandom >"$CNOP_KEYS/cache.key"
    [ -s "$CNOP_KEYS/audit.key" ] || head -c 32 /dev/urandom >"$CNOP_KEYS/audit.key"
    chmod 0600 "$CNOP_KEYS"/db-*.pw "$CNOP_KEYS"/*.key
    [ "$(id -u)" -ne 0 ] || chown -R "$CNOP_RUN_USER:" "$CNOP_KEYS"
    as_runner "$CNOP_APP/sbin/cnop-keys" init "$CNOP_KEYS" "$CNOP_KEYS/jwks.json"
}

new_secret() { # BYTES
    od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'
}

# ---- database ----

init_database() {
    as_runner mkdir -p -m 0700 "$CNOP_VAR/data/binlog" # in use if there are backups
    [ ! -d "$CNOP_VAR/data/mariadb" ] || return 0
    rm -rf "$CNOP_VAR/data/mariadb.new" # half made, if an installation was interrupted
    # a folder of its own: servers that share one remove each other's temporary tables when they start
    as_runner mariadb-install-db --no-defaults --datadir="$CNOP_VAR/data/mariadb.new" --tmpdir="$CNOP_VAR/tmp" \
        --auth-root-authentication-method=socket --auth-root-socket-user="$CNOP_DB_ADMIN" \
        --skip-test-db --skip-name-resolve || return
    mv "$CNOP_VAR/data/mariadb.new" "$CNOP_VAR/data/mariadb"
}

sql_admin() {
    mariadb --no-defaults --socket="$CNOP_RUN/mariadb.sock" --user="$CNOP_DB_ADMIN" --batch --skip-column-names
}

database_is_up() {
    mariadb-admin --no-defaults --socket="$CNOP_RUN/mariadb.sock" --user="$CNOP_DB_ADMIN" ping >/dev/null 2>&1
}

migrate_database() {
    "$CNOP_LIBEXEC/cnop-migrate" --config "$CNOP_ETC/migrate.conf" up
    grant_rights
}

# Passwords reach the server on standard input, never as an argument.
grant_rights() {
    local user
    {
        echo 'SET SESSION sql_log_bin = 0;' # they stay out of the binary log, too
        for user in "${CNOP_DB_USERS[@]}"; do
            printf "CREATE USER IF NOT EXISTS '%s'@'localhost';\n" "$user"
            printf "ALTER USER '%s'@'localhost' IDENTIFIED BY '%s';\n" "$user" \
                "$(cat "$CNOP_KEYS/db-$user.pw")"
        done
    } | sql_admin
    "$CNOP_SOURCE/tools/deploy/grants.py" --socket "$CNOP_RUN/mariadb.sock" \
        --user "$CNOP_DB_ADMIN" "$CNOP_ETC/grants.sql"
}

# ---- runit ----

write_service() { # NAME COMMAND...; $before runs first, at every start
    local dir="$CNOP_SV/$1"
    shift
    mkdir -p "$dir/log" "$CNOP_VAR/log/$(basename "$dir")"
    {
        # a core file would hold passwords and keys
        printf '#!/bin/sh\nexec 2>&1\nulimit -c 0\ncd %s || exit 1\n' "$CNOP_VAR"
        [ -z "${before:-}" ] || printf '%s\n' "$before"
        printf 'exec setpriv --no-new-privs %s\n' "$*"
    } >"$dir/run.new"
    printf '#!/bin/sh\nexec svlogd %s/log/%s\n' "$CNOP_VAR" "$(basename "$dir")" >"$dir/log/run.new"
    printf 's20000000\nn5\n' >"$CNOP_VAR/log/$(basename "$dir")/config"
    chmod 0755 "$dir/run.new" "$dir/log/run.new"
    replace_if_changed "$dir/run"
    replace_if_changed "$dir/log/run"
    touch "$dir/down" # starts when told to, in order; then runit keeps it up
}

# What is the same keeps its time stamp, which tells what must be started anew.
replace_if_changed() { # FILE; from FILE.new
    if cmp -s "$1.new" "$1"; then rm "$1.new"; else mv "$1.new" "$1"; fi
}

write_services() {
    local name
    write_service mariadb mariadbd --defaults-file="$CNOP_ETC/cnop.cnf"
    write_service memcached memcached -s "$CNOP_RUN/memcached.sock" -a 0600 \
        -m "$(setting memcached.memory_mib)" -t 2
    for name in order "${CNOP_WORKERS[@]}" auth-relay feed audit-writer; do
        write_service "$name" "$CNOP_LIBEXEC/cnop-$name" --config "$CNOP_ETC/$name.conf"
    done
    # a master that was killed leaves its socket behind, and nginx does not bind over it
    before="rm -f $CNOP_RUN/gateway-control.sock" write_service gateway \
        nginx -p "$CNOP_VAR" -c "$CNOP_ETC/nginx.conf" -e stderr -g "'daemon off;'"
    write_service logrotate sh -c \
        "'while sleep 60 >/dev/null 2>&1; do logrotate -s $CNOP_VAR/log/rotated $CNOP_ETC/logrotate.conf; done'"
    [ "$(id -u)" -ne 0 ] || chown -R "$CNOP_RUN_USER:" "$CNOP_SV" "$CNOP_VAR/log"
}

supervisor_is_up() {
    [ -s "$CNOP_RUN/runsvdir.pid" ] && kill -0 "$(cat "$CNOP_RUN/runsvdir.pid")" 2>/dev/null &&
        grep -qa runsvdir "/proc/$(cat "$CNOP_RUN/runsvdir.pid")/cmdline"
}

start_supervisor() {
    supervisor_is_up && return 0
    end_orphans
    # after a reboot or a crash the sockets of the last run may still lie there
    rm -f "$CNOP_RUN"/*.sock "$CNOP_RUN"/*.pid
    # shellcheck disable=SC2016
    as_runner setsid -f sh -c \
        'echo $$ >"$1/runsvdir.pid"; exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$3" \
            ${ASAN_OPTIONS:+"ASAN_OPTIONS=$ASAN_OPTIONS"} runsvdir -P "$2" >/dev/null 2>&1 </dev/null' \
        sh "$CNOP_RUN" "$CNOP_SV" "$CNOP_VAR"
    wait_until_said 10 "the supervisor's start" everything_is_supervised
}

everything_is_supervised() {
    local name
    supervisor_is_up || return
    for name in "${CNOP_DAEMONS[@]}"; do
        SVDIR=$CNOP_SV sv -w 0 status "$name" >/dev/null 2>&1 || return
    done
}

# What outlived a supervisor that was killed: a runsv goes on with its service, and a service goes
# on without its runsv. Neither may meet its successor.
end_orphans() {
    local name dir
    for name in "${CNOP_DAEMONS[@]}"; do
        dir=$CNOP_SV/$name
        if SVDIR=$CNOP_SV sv -w 0 status "$name" >/dev/null 2>&1; then
            SVDIR=$CNOP_SV sv -w 30 force-shutdown "$name" || true # what is left is ended below
        fi
        end_orphan "$dir/supervise/pid" || return
        end_orphan "$dir/log/supervise/pid" || return
    done
}

# The file may be of before a reboot, and its number somebody else's by now.
end_orphan() { # PID_FILE
    local pid
    pid=$(cat "$1" 2>/dev/null) || return 0
    orphan_is_alive "$pid" || return 0
    kill -TERM "$pid"
    wait_until 30 orphan_is_gone "$pid" || kill -KILL "$pid"
    wait_until_said 10 "the end of process $pid" orphan_is_gone "$pid"
}

orphan_is_alive() { # PID
    [ -n "$1" ] && kill -0 "$1" 2>/dev/null && grep -qaF "$CNOP_VAR/" "/proc/$1/cmdline" 2>/dev/null
}

orphan_is_gone() { ! orphan_is_alive "$1"; }

stop_supervisor() {
    local pid
    supervisor_is_up || {
        end_orphans
        return
    }
    pid=$(cat "$CNOP_RUN/runsvdir.pid")
    for name in "${CNOP_DAEMONS[@]}"; do
        case $name in mariadb | memcached) ;; *) stop_daemon 15 "$name" ;; esac
    done
    stop_daemon 30 mariadb
    stop_daemon 5 memcached
    kill -HUP "$pid" 2>/dev/null # runsvdir: end every runsv, then leave
    wait_until 15 supervisor_is_down
    rm -f "$CNOP_RUN/runsvdir.pid"
}

# Killed when it does not end in time; the others must not wait for that, or even stay.
stop_daemon() { # SECONDS NAME
    sv_do -w "$1" force-stop "$2" || echo "$2 had to be killed"
}

supervisor_is_down() { ! supervisor_is_up; }

sv_do() { # [OPTIONS] COMMAND NAME
    local last=${!#}
    [ -e "$CNOP_SV/$last/supervise/ok" ] || return 0
    SVDIR=$CNOP_SV sv "$@"
}

sv_started() { # NAME
    [ -e "$CNOP_SV/$1/supervise/ok" ] && SVDIR=$CNOP_SV sv -w 0 status "$1" | grep -q '^run:'
}

wait_until() { # SECONDS COMMAND...
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || return 4
        sleep 0.1
    done
}

wait_until_said() { # SECONDS WHAT COMMAND...
    local seconds=$1 what=$2
    shift 2
    wait_until "$seconds" "$@" || {
        echo "$what did not happen within $seconds s"
        return 4
    }
}

# ---- health ----

internal_get() { # PATH
    : "${internal_port:=$(setting gateway.internal_port)}" # asked again and again while things start
    curl -fsS -m 3 "http://127.0.0.1:$internal_port$1"
}

service_is_ready() { # NAME
    case $1 in
        mariadb) database_is_up ;;
        memcached) sv_started memcached && [ -S "$CNOP_RUN/memcached.sock" ] ;;
        gateway) gateway_is_up ;;
        auth-relay | audit-writer | feed | logrotate) sv_started "$1" ;;
        stack-metrics | *-exporter | alert-file | alertmanager | prometheus) monitor_is_ready "$1" ;;
        *) internal_get "/internal/$1/health/ready" >/dev/null 2>&1 ;;
    esac
}

api_is_ready() {
    curl -fsS -m 3 "http://127.0.0.1:$(api_port)/health/ready" >/dev/null 2>&1
}

start_database() {
    if sv_started mariadb && [ "$CNOP_ETC/cnop.cnf" -nt "$CNOP_RUN/mariadb.pid" ]; then
        sv_do -w 60 restart mariadb
    fi
    sv_do up mariadb
    sv_do up memcached
    wait_until_said 60 "an answer of MariaDB" database_is_up
}

start_services() {
    local name
    for name in "${CNOP_DAEMONS[@]}"; do
        sv_do up "$name"
    done
    for name in "${CNOP_DAEMONS[@]}"; do
        wait_until_said 60 "readiness of $name" service_is_ready "$name" || return
    done
    wait_until_said 30 "readiness of the API" api_is_ready
    follow_monitors
    touch "$CNOP_RUN/current"
}

# Where the monitors listen concerns the operations service alone.
follow_monitors() {
    if [ -f "$CNOP_RUN/ops-current" ] && [ "$CNOP_ETC/ops.conf" -nt "$CNOP_RUN/ops-current" ] && sv_started ops; then
        sv_do hup ops
    fi
    touch "$CNOP_RUN/ops-current"
}

# Programs or settings are newer than what runs. Choices count once they are rendered, and what only
# the monitoring reads does not.
something_changed() {
    local path others=()
    for path in "$CNOP_SOURCE"/conf/monitoring/*; do others+=(! -name "$(basename "$path" .j2)"); done
    [ ! -f "$CNOP_RUN/current" ] ||
        [ -n "$(find "$CNOP_APP" "$CNOP_ETC" -type f ! -name local.yml ! -name profile ! -name no-ui ! -name ops.conf \
            ! -name 'monitoring-*' ! -name web.yml ! -path "$CNOP_APP/share/cnop/monitoring/*" "${others[@]}" \
            -newer "$CNOP_RUN/current" -print -quit)" ]
}

# After a rebuild: services roll over to the new program one child at a time, the gateway follows.
refresh_services() {
    local name
    for name in "${CNOP_WORKERS[@]}"; do
        ! sv_started "$name" || sv_do hup "$name"
    done
    for name in order feed auth-relay audit-writer; do
        ! sv_started "$name" || sv_do -w 15 restart "$name"
    done
    ! sv_started gateway || reload_gateway
}

# nginx reads its configuration again at a reload, but not a module that it has already.
reload_gateway() {
    local pid
    nginx -p "$CNOP_VAR" -c "$CNOP_ETC/nginx.conf" -e stderr -t -q || return
    pid=$(cat "$CNOP_SV/gateway/supervise/pid" 2>/dev/null)
    if grep -q '/ngx_http_cnop_module.so (deleted)' "/proc/${pid:-none}/maps" 2>/dev/null; then
        sv_do -w 15 restart gateway
    else
        sv_do hup gateway
    fi
}
