#!/bin/bash
# SPDX-License-Identifier: MIT
# Prints a request for a certificate, if this host has none of that authority and name that lasts. The key
# stays here.
# usage: request.sh FOLDER NAME DAYS <AUTHORITY
set -euo pipefail
umask 027
cd "$1"
authority=$(cat)
lasts() {
    openssl verify -CAfile <(echo "$authority") -verify_hostname "$1" host.pem &&
        openssl x509 -in host.pem -noout -checkend $(($2 * 86400))
}
if ! lasts "$2" "$3" >/dev/null 2>&1; then
    openssl ecparam -name prime256v1 -genkey -noout -out host.key.new
    openssl req -new -key host.key.new -subj "/CN=$2"
fi
