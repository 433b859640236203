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
# shellcheck source=tools/deploy/verbs.sh
. "$CNOP_SOURCE/tools/deploy/verbs.sh"

usage() {
    cat <<'TEXT'
usage: ./deploy.sh WHAT VERB [OPTIONS]

  local deploy [--profile default|reference] [--no-ui|--ui]
               [--api-port N] [--ui-port N] [--internal-port N]
                          install packages, build, start everything, place a first order
  local status | logs     what runs; follow all logs
  local destroy [--yes] [--keep-data]
                          stop everything and remove its state
  local frontend rebuild  build the UI again and swap it in

  all status|start|stop|restart|logs|deploy|rebuild
  SERVICE status|start|stop|restart|logs|deploy|rebuild
                          SERVICE: auth user inventory order insights gateway frontend
                          and order-read feed auth-relay mariadb memcached

  test [SUITE...]         every test, or the named suites (see ./deploy.sh test --list)
  bench                   load figures of this machine
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
        doctor) no_more doctor "$@"; verb_doctor ;;
        local) verb_local "$@" ;;
        all) verb_all "$@" ;;
        frontend) verb_frontend "$@" ;;
        auth | user | inventory | order | insights | gateway | order-read | feed | auth-relay | mariadb | memcached)
            verb_service "$what" "$@" ;;
        *)
            bad_usage "unknown word '$what'"
            ;;
    esac
}

main "$@"
