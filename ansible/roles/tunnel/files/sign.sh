#!/bin/bash
# SPDX-License-Identifier: MIT
# Signs a request. The name is the one that is given here, whatever the request says.
# usage: sign.sh FOLDER NAME DAYS <REQUEST
set -euo pipefail
cd "$1"
openssl x509 -req -in <(cat) -CA authority.pem -CAkey authority.key -sha256 -days "$3" \
    -set_serial "0x$(openssl rand -hex 16)" -subj "/CN=$2" -extfile <(
        printf 'subjectAltName=DNS:%s\nbasicConstraints=critical,CA:FALSE\n' "$2"
        printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n'
    ) 2>/dev/null
