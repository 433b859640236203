#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds, runs, tests and removes a CNOP stack on this machine. Verbs are in `./deploy.sh help`.
# Exit codes: 0 ok, 1 failed (also: called without arguments), 2 usage, 3 precondition, 4 timeout.
set -euo pipefail

export PATH=$PATH:/usr/sbin:/sbin
CNOP_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
CNOP_VAR_GIVEN=${CNOP_VAR:-}
# shellcheck source=tools/deploy/say.sh
. "$CNOP_SOURCE/tools/deploy/say.sh"
# shellcheck source=tools/deploy/paths.sh
. "$CNOP_SOURCE/tools/deploy/paths.sh"
# shellcheck source=tools/deploy/packages.sh
. "$CNOP_SOURCE/tools/deploy/packages.sh"
# shellcheck source=tools/deploy/build.sh
. "$CNOP_SOURCE/tools/deploy/build.sh"
# shellcheck source=tools/deploy/stack.sh
. "$CNOP_SOURCE/tools/deploy/stack.sh"
# shellcheck source=tools/deploy/monitoring.sh
. "$CNOP_SOURCE/tools/deploy/monitoring.sh"
with_monitors
# shellcheck source=tools/deploy/backup.sh
. "$CNOP_SOURCE/tools/deploy/backup.sh"
# shellcheck source=tools/deploy/quality.sh
. "$CNOP_SOURCE/tools/deploy/quality.sh"
# shellcheck source=tools/deploy/package.sh
. "$CNOP_SOURCE/tools/deploy/package.sh"
# shellcheck source=tools/deploy/verbs.sh
. "$CNOP_SOURCE/tools/deploy/verbs.sh"

usage() {
    cat <<'TEXT'
usage: ./deploy.sh WHAT VERB [OPTIONS]

  local deploy [--profile default|reference] [--no-ui|--ui]
               [--api-port N] [--ui-port N] [--internal-port N]
                          install packages, build, start everything, place a first order
                          --no-cache builds everything anew
  local build             compile, and start nothing
  local status | logs     what runs; follow all logs
  local destroy [--yes] [--keep-data]
                          stop everything and remove its state
  local frontend rebuild  build the UI again and swap it in

  all status|start|stop|restart|logs|deploy|rebuild|clean
  SERVICE status|start|stop|restart|logs|deploy|rebuild
                          deploy and rebuild take --no-cache; clean removes builds and downloads
                          logs takes --level, --since 15m, --request-id ID, --lines N, --follow
                          SERVICE: auth user inventory order insights ops gateway frontend
                          and order-read feed auth-relay audit-writer mariadb memcached

  monitoring deploy [--retention 15d] [--scrape-interval 15s] [--prometheus-port N]
               [--alertmanager-port N] [--exporter-port N] [--webhook-url URL] [--mail-to ADDRESS]
                          Prometheus, Alertmanager and exporters beside the stack
  monitoring start|stop|restart|status|logs|destroy

  test [SUITE...]         every test, or the named suites (see ./deploy.sh test --list);
                          --reuse keeps the test stack for the next time
  test SERVICE            the units of auth, user, inventory, order, insights or ops, in seconds
  coverage [SERVICE|gateway]
                          what tests reach of the code, as HTML and in figures
  url api|ui|internal|prometheus|alertmanager
                          prints an address
  audit verify            prove that the audit trail is whole
  audit list [--action A] [--actor A] [--object O] [--ip A] [--request-id ID] [--since TIME]
                          its lines
  backup take|logs|list   a full backup, encrypted; what came after it; what there is
  backup verify|restore [NAME] --identity FILE [--until TIME]
                          proves one beside the database, or puts it in its place
  check [smoke|inventory|auth|user|order|insights|incident]
                          requests and refusals against the running stack
  load latency|rate-limit|contention|breaker [--seconds N] [--rate N]
                          a scenario against the running stack, with a report
  demo traffic [--seconds N] [--rate N] [--seed S] [--markets BTC,ETH]
                          traders on the running stack, so that books, tapes and charts live
  bench                   load figures of this machine
  simulate [--commands N] [--seed S]
                          the order engine in a made up world, where everything else fails
  storm [--minutes N] [--seed S] [--rivals|--power]
                          a real engine and database, hurt for as long, then audited
  package [FOLDER]        Debian packages for servers (default: packages/ of the state folder)
  doctor                  checks packages, ports, disk, clock and the running stack
  help                    this text

Environment: CNOP_VAR (state folder), NO_COLOR, CNOP_QUIET=1.
Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 something is missing, 4 timed out.
TEXT
}

main() {
    if [ $# -eq 0 ]; then
        usage
        exit 1
    fi
    local what=$1
    shift
    case $what in
        help | --help | -h) usage ;;
        test) verb_test "$@" ;;
        bench) verb_bench "$@" ;;
        simulate) verb_simulate "$@" ;;
        audit) verb_audit "$@" ;;
        backup) verb_backup "$@" ;;
        storm) verb_storm "$@" ;;
        check) verb_check "$@" ;;
        coverage) verb_coverage "$@" ;;
        load) verb_load "$@" ;;
        demo) verb_demo "$@" ;;
        url) verb_url "$@" ;;
        package) verb_package "$@" ;;
        doctor) no_more doctor "$@"; verb_doctor ;;
        local) verb_local "$@" ;;
        all) verb_all "$@" ;;
        monitoring) verb_monitoring "$@" ;;
        frontend) verb_frontend "$@" ;;
        auth | user | inventory | order | insights | ops | gateway | order-read | feed | auth-relay | audit-writer | mariadb | memcached)
            verb_service "$what" "$@" ;;
        *)
            bad_usage "unknown word '$what'"
            ;;
    esac
}

main "$@"
