# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# One function per word of the command line. How things are done is in the sibling files.

bad_usage() {
    die 2 "$1" "./deploy.sh help"
}

no_more() { # WHAT ARGUMENT...
    [ $# -eq 1 ] || bad_usage "$1: unexpected '$2'"
}

# ---- local ----

verb_local() {
    local verb=${1:-}
    [ -n "$verb" ] || { usage; exit 1; }
    shift
    case $verb in
        deploy) local_deploy "$@" ;;
        build) no_more "local build" "$@"; local_build ;;
        destroy) local_destroy "$@" ;;
        status) no_more "local status" "$@"; all_status ;;
        logs) need_stack; show_logs "${CNOP_DAEMONS[*]}" "$@" ;;
        frontend)
            [ "$*" = rebuild ] || bad_usage "local frontend: only 'rebuild' is known"
            verb_frontend rebuild
            ;;
        *) bad_usage "local: unknown verb '$verb'" ;;
    esac
}

local_deploy() {
    local profile='' api='' ui='' internal='' pages='' no_cache=0
    while [ $# -gt 0 ]; do
        case $1 in
            --profile) profile=${2:-}; shift ;;
            --api-port) api=${2:-}; shift ;;
            --ui-port) ui=${2:-}; shift ;;
            --internal-port) internal=${2:-}; shift ;;
            --no-ui) pages=no ;;
            --ui) pages=yes ;;
            --no-cache) no_cache=1 ;;
            *) bad_usage "local deploy: unknown option '$1'" ;;
        esac
        shift || bad_usage "local deploy: an option lacks its value"
    done
    check_choices "$profile" "$api" "$ui" "$internal"
    local ports=("api_port=$api" "ui_port=$ui" "internal_port=$internal")
    prepare_var

    local packages_ui=()
    ui_is_wanted "$pages" && ! command -v npm >/dev/null && packages_ui=(ui)
    need_packages build run "${packages_ui[@]}"
    check_ports "${ports[@]}"
    remember_choices "$profile" "${ports[@]}"
    remember_ui "$pages"
    [ $no_cache = 0 ] || forget_builds
    step "configure" "" build_configure
    step "build and install programs" "" build_programs
    ! ui_is_wanted || step "build the UI" "the npm registry must be reachable" build_ui
    deploy_stack
    say_urls
}

local_build() {
    prepare_var
    need_packages build
    step "configure" "" build_configure
    step "build and install programs" "" build_programs
}

check_choices() { # PROFILE PORT...
    local port
    [ -z "$1" ] || [ "$1" = default ] || [ -f "$CNOP_SOURCE/conf/profiles/$1.yml" ] ||
        bad_usage "no profile '$1'"
    for port in "${@:2}"; do
        [ -z "$port" ] || { [[ $port =~ ^[0-9]{1,5}$ ]] && [ "$port" -ge 1024 ] && [ "$port" -le 65535 ]; } ||
            bad_usage "a port must be a number from 1024 to 65535, not '$port'"
    done
}

# A stack that was deployed without the UI stays so until it is asked for.
ui_is_wanted() { # [yes|no]
    [ "${1:-}" = yes ] || { [ "${1:-}" != no ] && [ ! -e "$CNOP_ETC/no-ui" ]; }
}

remember_ui() { # yes, no, or empty: as before
    case $1 in
        yes) rm -f "$CNOP_ETC/no-ui" ;;
        no) touch "$CNOP_ETC/no-ui" ;;
    esac
}

deploy_stack() {
    step "configuration and keys" "" deploy_conf
    step "database" "" deploy_database
    if api_is_ready && something_changed; then
        step "roll services over" "./deploy.sh all logs" refresh_services
    fi
    step "start services" "./deploy.sh all status" start_services
    step "first order" "./deploy.sh all logs" smoke_order
}

deploy_conf() {
    render_conf
    write_services
    make_keys
}

deploy_database() {
    init_database
    start_supervisor
    start_database
    migrate_database
}

smoke_order() {
    "$CNOP_SOURCE/tools/deploy/smoke.sh" "http://127.0.0.1:$(api_port)" "$CNOP_KEYS/smoke.pw"
}

say_urls() {
    say ""
    if [ ! -e "$CNOP_VAR/ui/current/" ]; then
        say "  UI    not built, and left out from now on; ./deploy.sh local deploy --ui builds it"
        say "  API   http://localhost:$(api_port)/api/v1"
    else
        say "  UI    http://localhost:$(ui_port)$(ui_is_wanted || echo "   (as built before; --ui builds it anew)")"
        say "  API   http://localhost:$(api_port)/api/v1   (docs: http://localhost:$(ui_port)/docs)"
    fi
    say "  state $CNOP_VAR, settings of your own in $CNOP_ETC/local.yml (docs/howto/configure.md)"
}

local_destroy() {
    local yes=0 keep=0 answer
    while [ $# -gt 0 ]; do
        case $1 in
            --yes) yes=1 ;;
            --keep-data) keep=1 ;;
            *) bad_usage "local destroy: unknown option '$1'" ;;
        esac
        shift
    done
    [ -d "$CNOP_VAR" ] || { say "nothing to remove: there is no $CNOP_VAR"; return; }
    is_state_folder || die 3 "$CNOP_VAR is not a state folder of this product; nothing removed"
    if [ $yes = 0 ] && [ $keep = 0 ]; then
        [ -t 0 ] || die 2 "this removes all accounts and orders" "./deploy.sh local destroy --yes"
        read -r -p "Remove all accounts, orders and settings in $CNOP_VAR? [y/N] " answer
        [ "$answer" = y ] || { say "nothing removed"; exit 1; }
    fi
    step "stop everything" "" stop_supervisor
    if [ $keep = 1 ]; then
        rm -rf "${CNOP_VAR:?}"/{app,build,src,src.files,ui,tmp,sv,run,log}
        say "stopped; programs removed, data and settings kept in $CNOP_VAR"
    else
        rm -rf "${CNOP_VAR:?}"
        [ ! -L "$CNOP_SOURCE/var" ] || rm -f "$CNOP_SOURCE/var"
        say "stopped and removed: programs, accounts, orders, keys and logs"
        [ "$(id -u)" -ne 0 ] ||
            say "the system user '$CNOP_RUN_USER' stays, and so do packages (userdel $CNOP_RUN_USER removes the user)"
    fi
}

# ---- all, single services, frontend ----

need_stack() {
    [ -d "$CNOP_SV/gateway" ] || die 3 "nothing is deployed here" "./deploy.sh local deploy"
}

verb_all() {
    local verb=${1:-}
    [ -n "$verb" ] || { usage; exit 1; }
    case $verb in deploy | rebuild | logs) ;; *) no_more "all $verb" "${@:2}" ;; esac
    case $verb in
        deploy) local_deploy "${@:2}" ;;
        rebuild)
            need_stack
            take_no_cache "all rebuild" "${@:2}"
            rebuild_programs
            ! ui_is_wanted || step "build the UI" "" publish_ui force
            ;;
        clean) need_stack; lock_state; step "remove builds and downloads" "" clean_builds ;;
        status) all_status ;;
        logs) need_stack; show_logs "${CNOP_DAEMONS[*]}" "${@:2}" ;;
        start) need_stack; step "start" "" start_everything ;;
        stop) need_stack; step "stop" "" stop_supervisor ;;
        restart) need_stack; step "stop" "" stop_supervisor; step "start" "" start_everything ;;
        *) bad_usage "all: unknown verb '$verb'" ;;
    esac
}

# What a deployment makes again: build trees, downloads, old versions of the pages, logs of steps.
# Accounts, orders, settings, keys and the services' logs stay.
clean_builds() {
    rm -rf "${CNOP_VAR:?}"/{build,cache,src,src.files,log/deploy,log/tests}
    mkdir -p "$CNOP_VAR"/{build,cache,log/deploy}
    ui_builds | { grep -vxF "$(readlink -f "$CNOP_VAR/ui/current")" || true; } | xargs -r rm -rf
}

# As in the reference: nothing of an earlier build is used.
take_no_cache() { # WHAT [--no-cache]
    [ "${2:-}" != --no-cache ] || { shift; forget_builds; }
    no_more "$@"
}

forget_builds() {
    lock_state
    rm -rf "${CNOP_VAR:?}"/{build,src,src.files} "$CNOP_VAR/ui/stamp"
    mkdir -p "$CNOP_VAR/build"
}

start_everything() {
    start_supervisor
    start_database
    start_services
}

rebuild_programs() {
    step "configure" "" build_configure
    step "build and install programs" "" build_programs
    deploy_stack
}

verb_service() {
    local name=$1 verb=${2:-}
    [ -n "$verb" ] || { usage; exit 1; }
    case $verb in deploy | rebuild | logs) ;; *) no_more "$name $verb" "${@:3}" ;; esac
    need_stack
    case $verb in
        deploy | rebuild)
            take_no_cache "$name $verb" "${@:3}"
            step "configure" "" build_configure
            step "build and install programs" "" build_programs
            step "configuration and keys" "" deploy_conf
            step "$name: roll over" "./deploy.sh $name logs" roll_service "$name"
            ;;
        restart) need_supervisor; step "$name: restart" "./deploy.sh $name logs" roll_service "$name" ;;
        start) need_supervisor; step "$name: start" "./deploy.sh $name logs" start_service "$name" ;;
        stop) step "$name: stop" "" sv_do -w 30 down "$name" ;;
        status) service_status "$name" ;;
        logs) show_logs "$name" "${@:3}" ;;
        *) bad_usage "$name: unknown verb '$verb'" ;;
    esac
}

need_supervisor() {
    supervisor_is_up || die 3 "the whole stack is stopped" "./deploy.sh all start"
}

start_service() {
    everything_is_supervised || {
        echo "the supervisor does not watch every service; ./deploy.sh all restart brings everything up"
        return 1
    }
    sv_do up "$1" && wait_until_said 30 "readiness of $1" service_is_ready "$1" && close_breaker "$1"
}

# While it was away the gateway may have begun to refuse its requests at once, and would for half a
# minute more.
close_breaker() { # SERVICE
    [ "$1" = order ] || is_worker "$1" || return 0
    ! gateway_is_up || printf 'close %s_service\n' "${1//-/_}" | tell_gateway breakers
}

is_worker() { # SERVICE
    [[ " ${CNOP_WORKERS[*]} " == *" $1 "* ]]
}

# Without losing a request where the service has several processes; the others restart.
roll_service() {
    if [ "$1" = gateway ]; then
        reload_gateway
    elif is_worker "$1"; then
        sv_do hup "$1"
        ! sv_started gateway || reload_gateway # drops connections to the old processes
    else
        sv_do -w 30 restart "$1"
    fi
    wait_until_said 60 "readiness of $1" service_is_ready "$1" && close_breaker "$1"
}

verb_frontend() {
    case ${1:-} in
        deploy) need_stack; step "build the UI" "" publish_ui ;;
        rebuild) need_stack; step "build the UI" "" publish_ui force ;;
        status)
            [ -L "$CNOP_VAR/ui/current" ] || die 1 "no UI is built" "./deploy.sh frontend rebuild"
            say "frontend  built $(date -r "$CNOP_VAR/ui/stamp" '+%F %T')  served on port $(ui_port)"
            ;;
        start | stop | restart | logs)
            die 2 "the UI is static files served by the gateway" "./deploy.sh gateway $1"
            ;;
        *) bad_usage "frontend: unknown verb '${1:-}'" ;;
    esac
}

# The gateway reads the new pages' content security policy when it reloads.
publish_ui() {
    build_ui "$@"
    ! sv_started gateway || reload_gateway
}

all_status() {
    local name code=0
    need_stack
    for name in "${CNOP_DAEMONS[@]}"; do
        service_status "$name" || code=1
    done
    supervisor_is_up || {
        printf '%-16s %s\n' supervisor "not running: nothing restarts what ends (./deploy.sh all start)"
        code=1
    }
    return $code
}

service_status() {
    local name=$1 state health=ready code=0
    # runit: "run: NAME: (pid 123) 45s, ...; run: log: ...", "down: NAME: 45s, ..."
    state=$(SVDIR=$CNOP_SV sv -w 0 status "$name" 2>/dev/null | sed -nE \
        's/^run: [^:]*: \(pid ([0-9]+)\) ([0-9]+)s.*/pid \1, up \2 s/p; s/^(down|finish): [^:]*: ([0-9]+)s.*/stopped \2 s ago/p')
    service_is_ready "$name" || { health="not ready"; code=1; }
    printf '%-16s %-9s %s\n' "$name" "$health" "${state:-not supervised}"
    return $code
}

# On a terminal they go on until Ctrl-C, as before.
show_logs() { # NAMES [OPTION...]
    local options=("${@:2}")
    [ -f "$CNOP_VAR/log/gateway/current" ] || die 3 "no logs yet" "./deploy.sh local deploy"
    [ $# -gt 1 ] || [ ! -t 1 ] || options=(--follow)
    exec /usr/bin/python3 "$CNOP_SOURCE/tools/deploy/logs.py" --folder "$CNOP_VAR/log" --names "$1" "${options[@]}"
}

# ---- addresses ----

verb_url() {
    no_more "url ${1:-}" "${@:2}"
    case ${1:-} in
        api | ui | internal) echo "http://localhost:$(setting "gateway.$1_port")" ;;
        prometheus | alertmanager) echo "http://localhost:$(monitoring_port "$1")" ;;
        *) bad_usage "url: one of api, ui, internal, prometheus, alertmanager" ;;
    esac
}

# ---- test, bench, doctor ----

# Words are checked before anything is installed for them; --list needs nothing.
verb_test() {
    local packages_ui=()
    if [ $# -eq 1 ] && is_c_service "$1"; then
        test_service "$1"
        return
    fi
    if [ -x /usr/bin/python3 ]; then
        case " $* " in
            *" --list "* | *" --help "* | *" -h "*) exec /usr/bin/python3 "$CNOP_SOURCE/tests/run.py" "$@" ;;
        esac
        /usr/bin/python3 "$CNOP_SOURCE/tests/run.py" --check-words "$@" || exit
    fi
    prepare_var
    command -v npm >/dev/null || packages_ui=(ui)
    case " $* " in
        *" provision "*) packages_ui+=(package provision) ;;
    esac
    need_packages build run test monitoring backup "${packages_ui[@]}"
    exec /usr/bin/python3 "$CNOP_SOURCE/tests/run.py" "$@" 9>&-
}

verb_audit() {
    need_stack
    database_is_up || die 3 "MariaDB does not answer" "./deploy.sh all status"
    exec /usr/bin/python3 "$CNOP_SOURCE/tools/cnop-trail" --var "$CNOP_VAR" "$@" 9>&-
}

# Against the stack that runs, unlike the tests.
verb_check() {
    local pages=''
    need_running
    [ ! -e "$CNOP_VAR/ui/current/" ] || pages=$(verb_url ui)
    exec /usr/bin/python3 "$CNOP_SOURCE/tools/check/check.py" --var "$CNOP_VAR" --api "$(verb_url api)" \
        --internal "$(verb_url internal)" --ui "$pages" "$@" 9>&-
}

verb_load() {
    need_running
    [ "${1:-}" != rate-limit ] || command -v wrk >/dev/null || die 3 "wrk is missing" "apt-get install wrk"
    exec /usr/bin/python3 "$CNOP_SOURCE/tools/check/load.py" --var "$CNOP_VAR" --api "$(verb_url api)" "$@" 9>&-
}

verb_demo() {
    local ui=''
    [ "${1:-}" = traffic ] || bad_usage "demo: expected traffic"
    shift
    need_running
    [ ! -e "$CNOP_VAR/ui/current/" ] || ui=$(verb_url ui)
    exec /usr/bin/python3 "$CNOP_SOURCE/tools/check/traffic.py" --api "$(verb_url api)" --ui "$ui" "$@" 9>&-
}

need_running() {
    need_stack
    need_supervisor
    api_is_ready || die 3 "the stack is not ready" "./deploy.sh all status"
}

# Measures on a private engine and database of its own; the deployed stack is left alone.
verb_bench() {
    prepare_var
    need_packages build run test
    step "configure" "" build_configure
    step "build programs and benchmarks" "" build_benchmarks
    CNOP_BUILDDIR=$CNOP_VAR/build exec /usr/bin/python3 \
        "$CNOP_SOURCE/tests/bench/orders_bench.py" "$@" 9>&-
}

verb_package() {
    local out=${1:-}
    [ $# -le 1 ] || bad_usage "package: unexpected '$2'"
    prepare_var
    out=$(realpath -m "${out:-$CNOP_VAR/packages}")
    local packages_ui=()
    command -v npm >/dev/null || packages_ui=(ui)
    need_packages build package "${packages_ui[@]}"
    step "build packages" "" build_packages "$out"
    (cd "$out" && ls -1 -- *.deb)
    say "  in $out"
}

verb_doctor() {
    local bad=0 missing free name port
    check() { # TEXT COMMAND... : a line per finding
        local text=$1
        shift
        if "$@" >/dev/null 2>&1; then
            say "${say_green}✔${say_off} $text"
        else
            say "${say_red}✘${say_off} $text"
            bad=1
        fi
    }
    missing=$(missing_packages build run | tr '\n' ' ')
    check "packages${missing:+: missing ${missing}(./deploy.sh local deploy installs them)}" [ -z "$missing" ]
    free=$(df -Pm "$(dirname "$CNOP_VAR")" "$CNOP_SOURCE" 2>/dev/null |
        awk 'NR > 1 && (least == "" || $4 < least) { least = $4 } END { print least }')
    check "disk: ${free} MiB free (3000 needed)" [ "$free" -ge 3000 ]
    check "clock: $(date -u '+%F %T') UTC" [ "$(date +%Y)" -ge 2025 ]
    name=$(daemons_at_boot)
    [ -z "$name" ] || say "  start at the next boot beside the stack, which does not need them: $name"
    if [ -d "$CNOP_SV/gateway" ]; then
        check "the stack answers on port $(api_port)" api_is_ready
        all_status || bad=1
    else
        for name in api ui internal; do
            port=$(setting "gateway.${name}_port")
            check "port $port for the $name listener is free" port_is_free "$port"
        done
        say "  nothing is deployed here (./deploy.sh local deploy)"
    fi
    return $bad
}
