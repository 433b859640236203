# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Units of one service within seconds, what units reach of the code (gcov), and what holds when
# things break.

C_SERVICES=(auth user inventory order insights ops)

# The unit programs of a service; its rules may stand in shared/ (the ledger of the order engine).
units_of() { # SERVICE, or all
    local folders=("tests/unit/$1")
    [ "$1" != order ] || folders+=(tests/unit/shared/ledger)
    [ "$1" != all ] || folders=(tests/unit)
    (cd "$CNOP_VAR/src" && find "${folders[@]}" -name 'test_*.c' 2>/dev/null | sed 's/\.c$//' | sort)
}

sources_of() { # SERVICE, gateway or all
    case $1 in
        all) echo 'shared/|fcgi_services/' ;;
        gateway) echo 'nginx_modules/' ;;
        order) echo 'fcgi_services/order/|shared/ledger/' ;;
        *) echo "fcgi_services/$1/" ;;
    esac
}

is_c_service() {
    [[ " ${C_SERVICES[*]} " == *" $1 "* ]]
}

# What the build knows as unit programs: others are helpers.
build_units() { # FOLDER SERVICE
    units=$(units_of "$2" | while read -r name; do grep -qF "$name\$(EXEEXT)" "$1/Makefile" && echo "$name"; done | tr '\n' ' ')
    [ -n "$units" ] || { echo "$2 has no unit tests"; return 3; }
    # shellcheck disable=SC2086
    make -C "$1" -s -j"$(nproc)" $units
}

run_units() { # FOLDER SERVICE
    local units
    build_units "$1" "$2" || return
    make -C "$1" check-TESTS TESTS="$units"
}

test_service() { # SERVICE
    prepare_var
    need_packages build test
    step "configure" "" build_configure
    say_units run_units "$CNOP_VAR/build" "$1"
}

# Shows every line, on the terminal and not in a step's log: somebody waits for it.
say_units() { # COMMAND...
    local output code=0
    output=$(mktemp)
    "$@" 2>&1 9>&- | tee "$output" | grep -E '^(PASS|FAIL|ERROR|SKIP)|error' || code=$?
    grep -E '^# (TOTAL|PASS|FAIL|ERROR|SKIP):' "$output" || code=1
    [ "$(sed -n 's/^# \(FAIL\|ERROR\): *//p' "$output" | paste -sd+ | sed 's/^$/1/' | { read -r sum; echo $((sum)); })" = 0 ] || code=1
    rm -f "$output"
    return $code
}

# ---- what is broken on purpose: docs/reference/reliability.md ----

verb_simulate() { # OPTION...
    prepare_var
    need_packages build test
    step "configure" "" build_configure
    step "build the simulator" "" make -C "$CNOP_VAR/build" -s -j"$(nproc)" tests/sim/simulator
    "$CNOP_VAR/build/tests/sim/simulator" --commands 10000000 "$@"
}

verb_storm() { # OPTION...
    [ $# -gt 0 ] || set -- --minutes 1
    prepare_var
    need_packages build run test
    step "configure" "" build_configure
    step "build the engine" "" make -C "$CNOP_VAR/build" -s -j"$(nproc)" cnop-order
    CNOP_BUILDDIR=$CNOP_VAR/build /usr/bin/python3 "$CNOP_SOURCE/tests/chaos/storm.py" "$@"
}

verb_coverage() {
    local what=${1:-all}
    [ $# -le 1 ] || no_more "coverage $what" "${@:2}"
    case $what in
        all | gateway) coverage_c "$what" ;;
        *) is_c_service "$what" || bad_usage "coverage: one of ${C_SERVICES[*]} gateway, or nothing"
            coverage_c "$what" ;;
    esac
}

configure_coverage() {
    build_configure >/dev/null || return # brings configure up to date
    mkdir -p "$CNOP_VAR/build-coverage" && cd "$CNOP_VAR/build-coverage" || return
    if [ ! -f configured ] || [ ../src/configure -nt configured ]; then
        ../src/configure -q --enable-coverage && touch configured
    fi
}

coverage_c() { # SERVICE, gateway or all
    local build=$CNOP_VAR/build-coverage out=$CNOP_VAR/coverage/$1
    prepare_var
    need_packages build test coverage
    step "configure for coverage" "" configure_coverage
    find "$build" -name '*.gcda' -delete
    if [ "$1" = gateway ]; then
        step "build the module" "" make -C "$build" -j"$(nproc)" ngx_http_cnop_module.la
        step "tests of the gateway" "" coverage_gateway "$build"
    else
        step "units of $1" "" run_units "$build" "$1"
    fi
    mkdir -p "$out"
    step "report" "" coverage_report "$build" "$out" "$(sources_of "$1")"
    grep -E '^(lines|branches):' "$out/summary.txt"
    say "  $out/index.html"
}

coverage_gateway() { # BUILD
    (cd "$CNOP_VAR/src" && CNOP_BUILDDIR=$1 /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/gateway)
}

coverage_report() { # BUILD OUT SOURCES
    (cd "$1" && gcovr --root "$CNOP_VAR/src" --filter "$CNOP_VAR/src/($3)" --object-directory "$1" \
        --exclude-unreachable-branches --exclude-throw-branches --html-details "$2/index.html" --html-title "CNOP $3" \
        --print-summary . >"$2/summary.txt") && cat "$2/summary.txt"
}
