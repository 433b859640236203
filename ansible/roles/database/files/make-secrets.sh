#!/bin/bash
# SPDX-License-Identifier: MIT
# Makes the secrets that are missing, and names them.
# usage: make-secrets.sh FOLDER
set -euo pipefail

cd "$1"
umask 077

secret() { # FILE COMMAND...
    local file=$1
    shift
    [ -s "$file" ] || { "$@" >"$file.new" && mv "$file.new" "$file" && echo "$file"; }
}

password() {
    od -An -v -N 24 -tx1 /dev/urandom | tr -d ' \n'
}

for user in cnop_auth cnop_user cnop_market cnop_engine cnop_read cnop_insights cnop_audit cnop_audit_read; do
    secret "db-$user.pw" password
done
secret order-id.key head -c 16 /dev/urandom
secret cache.key head -c 32 /dev/urandom
secret audit.key head -c 32 /dev/urandom
