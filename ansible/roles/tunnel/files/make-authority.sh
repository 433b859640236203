#!/bin/bash
# SPDX-License-Identifier: MIT
# The authority that signs certificates of hosts, made once. Its key never leaves this host.
# usage: make-authority.sh FOLDER
set -euo pipefail
umask 077
mkdir -p "$1"
cd "$1"
[ -s authority.pem ] || {
    openssl ecparam -name prime256v1 -genkey -noout -out authority.key
    openssl req -x509 -new -key authority.key -sha256 -days 3650 -out authority.pem.new \
        -subj "/CN=CNOP authority of hosts" -addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
        -addext "keyUsage=critical,keyCertSign,cRLSign"
    mv authority.pem.new authority.pem
    echo made
}
