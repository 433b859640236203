# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Metrics, alerts and exporters beside the stack: Debian's programs, under the same supervisor, on
# loopback, behind a login that is made at the first deployment.

monitoring_is_deployed() { [ -d "$CNOP_SV/prometheus" ]; }
monitoring_is_off() { [ -e "$CNOP_ETC/monitoring-off" ]; }
monitoring_port() { setting "monitoring.$1_port"; }

verb_monitoring() {
    local verb=${1:-}
    [ -n "$verb" ] || { usage; exit 1; }
    shift
    need_stack
    case $verb in
        deploy) monitoring_deploy "$@" ;;
        start | stop | restart | status | destroy)
            [ "$verb $*" = "destroy --yes" ] || no_more "monitoring $verb" "$@"
            monitoring_is_deployed || die 3 "monitoring is not deployed here" "./deploy.sh monitoring deploy"
            "monitoring_$verb"
            ;;
        logs)
            monitoring_is_deployed || die 3 "monitoring is not deployed here" "./deploy.sh monitoring deploy"
            show_logs "${CNOP_MONITORS[*]}" "$@"
            ;;
        *) bad_usage "monitoring: unknown verb '$verb'" ;;
    esac
}

monitoring_deploy() {
    local -A choice=()
    while [ $# -gt 0 ]; do
        case $1 in
            --prometheus-port | --alertmanager-port | --exporter-port | --retention | --scrape-interval | --webhook-url | --mail-to)
                choice[$(tr - _ <<<"${1#--}")]=${2:-}
                [ -n "${2:-}" ] || bad_usage "monitoring deploy: an option lacks its value"
                shift
                ;;
            *) bad_usage "monitoring deploy: unknown option '$1'" ;;
        esac
        shift
    done
    check_monitoring_choices
    need_supervisor
    need_packages monitoring
    check_monitoring_ports
    remember_monitoring
    monitoring_login
    rm -f "$CNOP_ETC/monitoring-off"
    step "monitoring: configuration" "" monitoring_configure
    step "monitoring: start" "./deploy.sh monitoring logs" monitoring_start_all
    say_monitoring
}

check_monitoring_choices() { # reads choice
    local key
    for key in prometheus_port alertmanager_port exporter_port; do
        check_choices '' "${choice[$key]:-}"
    done
    for key in retention scrape_interval; do
        [[ ${choice[$key]:-1s} =~ ^[0-9]+(s|m|h|d|w|y)$ ]] ||
            bad_usage "--${key//_/-} must be a number and a unit, such as 15d"
    done
    [[ ${choice[webhook_url]:-http://x} =~ ^https?://[^[:space:]]+$ ]] ||
        bad_usage "--webhook-url must be an http or https address"
    [[ ${choice[mail_to]:-a@b} =~ ^[^[:space:]@]+@[^[:space:]@]+$ ]] ||
        bad_usage "--mail-to must be a mail address"
}

# Four programs share the ports from exporter_port on.
check_monitoring_ports() { # reads choice
    local key first wanted port taken='' own=''
    own=" $(cat "$CNOP_SV"/{prometheus,alertmanager,node-exporter,mysqld-exporter,process-exporter,alert-file}/run 2>/dev/null |
        sed -nE 's/.*(127\.0\.0\.1:|--port )([0-9]+).*/\2/p' | tr '\n' ' ')" || true
    first=${choice[exporter_port]:-$(monitoring_port exporter)}
    for key in prometheus alertmanager; do
        wanted+=" $key=${choice[${key}_port]:-$(monitoring_port $key)}"
    done
    for port in 0 1 2 3; do wanted+=" exporter=$((first + port))"; done
    for key in $wanted; do
        port=${key#*=}
        if [[ $own != *" $port "* ]] && port_answers "$port"; then
            [[ $taken == *"--${key%=*}-port"* ]] || taken+=" --${key%=*}-port $(free_port $((port % 50000 + 10000)))"
        fi
    done
    [ -z "$taken" ] || die 3 "in use by another program: a port that monitoring wants" \
        "./deploy.sh monitoring deploy$taken"
}

remember_monitoring() { # reads choice
    local key pairs=()
    for key in "${!choice[@]}"; do pairs+=("monitoring.$key=${choice[$key]}"); done
    remember "${pairs[@]}"
}

# Printed once, by whoever makes it. Programs get a bcrypt of it.
monitoring_login() {
    local password="$CNOP_KEYS/monitoring.pw"
    if [ ! -s "$password" ]; then
        (umask 077 && new_secret 12 >"$password")
        rm -f "$CNOP_ETC/monitoring-login-shown"
    fi
    [ -s "$CNOP_KEYS/db-cnop_monitor.pw" ] || (umask 077 && new_secret 24 >"$CNOP_KEYS/db-cnop_monitor.pw")
    [ "$(id -u)" -ne 0 ] || chown "$CNOP_RUN_USER:" "$password" "$CNOP_KEYS/db-cnop_monitor.pw"
}

bcrypt_of() { # from standard input
    # shellcheck disable=SC2016
    perl -e 'my $word = <STDIN>; chomp $word; open(my $random, "<", "/dev/urandom") or die; read($random, my $bytes, 22) == 22 or die;
        my @digits = ("a".."z", "A".."Z", 0..9, ".", "/");
        print crypt($word, "\$2b\$10\$" . join("", map { $digits[ord($_) % 64] } split(//, $bytes)))'
}

write_web_config() {
    local hash
    # a new hash each time would look like a change
    [ ! -s "$CNOP_ETC/web.yml" ] || [ "$CNOP_KEYS/monitoring.pw" -nt "$CNOP_ETC/web.yml" ] || return 0
    hash=$(bcrypt_of <"$CNOP_KEYS/monitoring.pw")
    [[ $hash == \$2b\$10\$* ]] || { echo "this system's crypt() knows no bcrypt"; return 1; }
    (umask 077 && printf 'basic_auth_users:\n  operator: "%s"\n' "$hash" >"$CNOP_ETC/web.yml")
}

monitoring_configure() {
    render_conf && write_web_config && write_monitors && grant_monitor || return
    promtool check config "$CNOP_ETC/prometheus.yml" && amtool check-config "$CNOP_ETC/alertmanager.yml" && follow_monitors
}

write_monitors() {
    local first web="--web.config.file=$CNOP_ETC/web.yml" tools="$CNOP_APP/share/cnop/monitoring"
    first=$(monitoring_port exporter)
    mkdir -p "$CNOP_VAR/data/prometheus" "$CNOP_VAR/data/alertmanager" "$CNOP_VAR/run/metrics" "$tools"
    install -C -m 0755 "$CNOP_SOURCE"/tools/monitoring/{stack_metrics,alert_file}.py "$tools" # readable by the runner
    [ "$(id -u)" -ne 0 ] || chown "$CNOP_RUN_USER:" "$CNOP_VAR/data/prometheus" "$CNOP_VAR/data/alertmanager" "$CNOP_VAR/run/metrics"
    write_service prometheus prometheus --config.file="$CNOP_ETC/prometheus.yml" "$web" \
        --storage.tsdb.path="$CNOP_VAR/data/prometheus" --web.listen-address="127.0.0.1:$(monitoring_port prometheus)" \
        --storage.tsdb.retention.time="$(setting monitoring.retention)" \
        --storage.tsdb.retention.size="$(setting monitoring.retention_size)" --log.level=warn
    write_service alertmanager prometheus-alertmanager --config.file="$CNOP_ETC/alertmanager.yml" "$web" \
        --storage.path="$CNOP_VAR/data/alertmanager" --cluster.listen-address= --log.level=warn \
        --web.listen-address="127.0.0.1:$(monitoring_port alertmanager)"
    write_service node-exporter prometheus-node-exporter "$web" --web.listen-address="127.0.0.1:$first" \
        --collector.textfile.directory="$CNOP_VAR/run/metrics" --log.level=error
    printf '[client]\nuser = cnop_monitor\npassword = %s\nsocket = %s\n' "$(cat "$CNOP_KEYS/db-cnop_monitor.pw")" \
        "$CNOP_RUN/mariadb.sock" | (umask 077 && cat >"$CNOP_KEYS/monitor.cnf")
    write_service mysqld-exporter prometheus-mysqld-exporter "$web" --web.listen-address="127.0.0.1:$((first + 1))" \
        --config.my-cnf="$CNOP_KEYS/monitor.cnf" --log.level=error
    write_service process-exporter prometheus-process-exporter -gather-smaps=false -threads=false -web.config.file "$CNOP_ETC/web.yml" \
        -web.listen-address "127.0.0.1:$((first + 2))" -config.path "$CNOP_ETC/process-exporter.yml"
    write_service alert-file /usr/bin/python3 -I "$tools/alert_file.py" --port "$((first + 3))" \
        --out "$CNOP_VAR/log/alerts.jsonl"
    write_service stack-metrics /usr/bin/python3 -I "$tools/stack_metrics.py" --var "$CNOP_VAR" \
        --out "$CNOP_VAR/run/metrics/stack.prom" --certificate "'$(setting gateway.tls_certificate)'"
    [ "$(id -u)" -ne 0 ] || chown -R "$CNOP_RUN_USER:" "$CNOP_SV" "$CNOP_VAR/log" "$CNOP_KEYS" "$CNOP_ETC"
}

# Sees states and counters, no table of the product.
grant_monitor() {
    printf "CREATE USER IF NOT EXISTS 'cnop_monitor'@'localhost';
        ALTER USER 'cnop_monitor'@'localhost' IDENTIFIED BY '%s' WITH MAX_USER_CONNECTIONS 3;
        GRANT PROCESS, BINLOG MONITOR, SLAVE MONITOR ON *.* TO 'cnop_monitor'@'localhost';\n" \
        "$(cat "$CNOP_KEYS/db-cnop_monitor.pw")" | sql_admin
}

monitoring_start_all() {
    local name
    with_monitors
    wait_until_said 10 "supervision of the monitors" everything_is_supervised || return
    for name in "${CNOP_MONITORS[@]}"; do
        # a setting is on its command line or in its file: new ones need a new start
        if sv_started "$name" && [ -n "$(find "$CNOP_SV/$name/run" "$CNOP_ETC"/{web,prometheus,alertmanager,alerts,process-exporter}.yml \
            -newer "$CNOP_SV/$name/supervise/pid" -print -quit)" ]; then
            sv_do -w 20 restart "$name"
        fi
        sv_do up "$name"
    done
    for name in "${CNOP_MONITORS[@]}"; do
        wait_until_said 30 "readiness of $name" service_is_ready "$name" || return
    done
}

monitor_get() { # PORT PATH
    curl -fsS -m 5 -K <(printf 'user = "operator:%s"\n' "$(cat "$CNOP_KEYS/monitoring.pw")") "http://127.0.0.1:$1$2"
}

monitor_is_ready() { # NAME
    local first
    first=$(monitoring_port exporter)
    case $1 in
        prometheus | alertmanager) monitor_get "$(monitoring_port "$1")" /-/ready >/dev/null 2>&1 ;;
        node-exporter) monitor_get "$first" / >/dev/null 2>&1 ;;
        mysqld-exporter) monitor_get $((first + 1)) / >/dev/null 2>&1 ;;
        process-exporter) monitor_get $((first + 2)) / >/dev/null 2>&1 ;;
        alert-file) sv_started alert-file && port_answers $((first + 3)) ;;
        stack-metrics) sv_started stack-metrics && [ -s "$CNOP_RUN/metrics/stack.prom" ] ;;
    esac
}

monitoring_start() {
    need_supervisor
    rm -f "$CNOP_ETC/monitoring-off"
    step "monitoring: start" "./deploy.sh monitoring logs" monitoring_start_all
}

monitoring_stop() {
    touch "$CNOP_ETC/monitoring-off"
    step "monitoring: stop" "" stop_monitors
}

monitoring_restart() {
    need_supervisor
    step "monitoring: stop" "" stop_monitors
    monitoring_start
}

stop_monitors() {
    local name
    for name in "${CNOP_MONITORS[@]}"; do stop_daemon 20 "$name"; done
}

monitoring_status() {
    local name code=0
    if monitoring_is_off; then
        say "monitoring  stopped (./deploy.sh monitoring start)"
        return
    fi
    for name in "${CNOP_MONITORS[@]}"; do service_status "$name" || code=1; done
    say_monitoring
    return $code
}

# Metrics, silences and the login go; the stack and its alert file stay.
monitoring_destroy() {
    step "monitoring: stop" "" stop_monitors
    step "monitoring: remove" "" remove_monitors
    say "monitoring is removed, with all metrics; its packages stay"
}

remove_monitors() {
    local name
    for name in "${CNOP_MONITORS[@]}"; do
        ! supervisor_is_up || SVDIR=$CNOP_SV sv -w 10 exit "$name" || true
        mv "$CNOP_SV/$name" "$CNOP_VAR/tmp/removed-$name" # the supervisor must not start it again
        rm -rf "$CNOP_VAR/tmp/removed-$name" "$CNOP_VAR/log/$name"
    done
    rm -rf "$CNOP_VAR"/data/{prometheus,alertmanager} "$CNOP_RUN/metrics"
    rm -f "$CNOP_KEYS"/{monitoring.pw,db-cnop_monitor.pw,monitor.cnf} "$CNOP_ETC"/{web.yml,monitoring-off,monitoring-login-shown}
    ! database_is_up || echo "DROP USER IF EXISTS 'cnop_monitor'@'localhost';" | sql_admin
}

say_monitoring() {
    say ""
    say "  Prometheus    http://localhost:$(monitoring_port prometheus)"
    say "  Alertmanager  http://localhost:$(monitoring_port alertmanager)"
    say "  alerts        $CNOP_VAR/log/alerts.jsonl"
    if [ ! -e "$CNOP_ETC/monitoring-login-shown" ]; then
        say "  login         operator, password $(cat "$CNOP_KEYS/monitoring.pw") (shown this once; kept in $CNOP_KEYS/monitoring.pw)"
        touch "$CNOP_ETC/monitoring-login-shown"
    else
        say "  login         operator, password in $CNOP_KEYS/monitoring.pw"
    fi
}
