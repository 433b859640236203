#!/bin/bash
# SPDX-License-Identifier: MIT
# An authority of this installation, made once, and a server certificate signed by it.
# usage: make-certificate.sh FOLDER DAYS NAME...
set -euo pipefail
cd "$1"
days=$2
shift 2
umask 027
[ -s authority.key ] || {
    openssl ecparam -name prime256v1 -genkey -noout -out authority.key
    chmod 0600 authority.key
    openssl req -x509 -new -key authority.key -sha256 -days 3650 -out authority.pem \
        -subj "/CN=CNOP internal authority" -addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
        -addext "keyUsage=critical,keyCertSign,cRLSign"
}
names=''
for name in "$@"; do
    case $name in
        *:* | *[0-9].[0-9]*.[0-9]*.[0-9]*) names+=",IP:$name" ;;
        *) names+=",DNS:$name" ;;
    esac
done
openssl ecparam -name prime256v1 -genkey -noout -out gateway.key.new
openssl req -new -key gateway.key.new -subj "/CN=$1" -out gateway.csr
openssl x509 -req -in gateway.csr -CA authority.pem -CAkey authority.key -CAcreateserial -sha256 \
    -days "$days" -out gateway.pem.new -extfile <(
        printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n' "${names#,}"
    )
rm -f gateway.csr
chgrp cnop gateway.key.new
chmod 0640 gateway.key.new
cat authority.pem >>gateway.pem.new
chmod 0644 gateway.pem.new authority.pem
mv gateway.key.new gateway.key
mv gateway.pem.new gateway.pem
