# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Backups of this stack: tools/cnop-backup, and what must stand still while one takes its place.

verb_backup() {
    need_stack
    case ${1:-} in
        take | logs | list | verify | restore) need_packages backup ;;
        *) bad_usage "backup: take, logs, list, verify or restore, not '${1:-}'" ;;
    esac
    case $1 in
        take | logs) database_is_up || die 3 "MariaDB does not answer" "./deploy.sh all status" ;;
        restore) restore_backup "${@:2}"; return ;;
    esac
    backup "$@"
}

backup() { # ARGUMENT...
    PATH=$CNOP_APP/bin:$PATH "$CNOP_SOURCE/tools/cnop-backup" --config "$CNOP_ETC/backup.conf" "$@" 9>&-
}

# Everything stops, and starts again whether or not the backup took the place of the database: until it
# is proved nothing of the database is touched.
restore_backup() { # ARGUMENT...
    local code=0
    step "stop" "" stop_supervisor
    backup restore "$@" || code=$?
    step "database" "" deploy_database
    step "start services" "./deploy.sh all status" start_services
    [ "$code" -eq 0 ] || exit "$code"
}
