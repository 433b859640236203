#!/bin/bash
# SPDX-License-Identifier: MIT
# The first order: registers (once), logs in, deposits, buys and sells through the public API.
# Usage: smoke.sh BASE_URL PASSWORD_FILE. Prints the order id.
set -euo pipefail

base=$1/api/v1
password_file=$2
user=smoke_check

[ -s "$password_file" ] || (umask 077 && echo "Smoke-$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')" >"$password_file")

# Just after the start the first prices may still be on their way to the engine: 503s are repeated.
call() { # METHOD PATH [JSON]: body on stdout; a problem body and exit 1 otherwise
    local out status deadline=$((SECONDS + 30))
    while true; do
        out=$(curl -sS -m 10 -X "$1" -H 'Content-Type: application/json' ${token:+-H "Authorization: Bearer $token"} \
            ${3:+--data-binary @-} -w '\n%{http_code}' "$base$2" <<<"${3:-}")
        status=${out##*$'\n'}
        if [ "$status" != 503 ] || [ $SECONDS -ge $deadline ]; then break; fi
        sleep 0.5
    done
    if [ "$status" -ge 400 ] && [ "$status" != "${accept:-}" ]; then
        echo "$1 $2 answered $status: ${out%$'\n'*}" >&2
        return 1
    fi
    printf '%s' "${out%$'\n'*}"
}

token=''
login=$(jq -n --arg u "$user" --rawfile p "$password_file" '{username: $u, password: ($p | rtrimstr("\n"))}')
accept=409 call POST /auth/register "$(jq '. + {email: "smoke@example.com", first_name: "Smoke", last_name: "Check"}' <<<"$login")" >/dev/null
token=$(call POST /auth/login "$login" | jq -r .access_token)
accept=422 call POST /balance/deposit '{"amount": "100.00"}' >/dev/null
order=$(call POST /orders '{"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.001"}' | jq -r .data.order_id)
call POST /orders '{"order_type": "market_sell", "asset_id": "BTC", "quantity": "0.001"}' >/dev/null
call GET "/orders/$order" | jq -e '.data.status == "completed"' >/dev/null
call POST /auth/logout '{}' >/dev/null
echo "$order"
