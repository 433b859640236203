#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the fuzz targets with clang and lets each search for new inputs, one after the other.
# Usage: run.sh [RUNS [TARGET...]]; 10 million executions of every target without arguments.
# A line for each tells how many of the edges in its program were reached, by seeds and what was found
# before, too: many belong to code that the target links and never means to call.
# CNOP_FUZZ_DIR (default build-fuzz) keeps the build, what was found and the log of each target.
# Exit codes: 0 no target failed, 1 a target failed or could not be built.
set -euo pipefail

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
work_dir=${CNOP_FUZZ_DIR:-$source_dir/build-fuzz}
runs=${1:-10000000}
targets=("${@:2}")
if [ ${#targets[@]} -eq 0 ]; then # each source is a target: the list cannot forget one
    for source in "$source_dir"/tests/fuzz/fuzz_*.c; do
        source=${source##*/fuzz_}
        targets+=("${source%.c}")
    done
fi

mkdir -p "$work_dir"
work_dir=$(cd "$work_dir" && pwd -P)
cd "$work_dir"
[ -x "$source_dir/configure" ] || (cd "$source_dir" && ./bootstrap)
[ -f Makefile ] || "$source_dir/configure" -q CC="${CC:-clang-14}" --enable-fuzz --disable-gateway
make -s -j"$(nproc)" "${targets[@]/#/tests/fuzz/fuzz_}"

failed=0
for target in "${targets[@]}"; do
    mkdir -p "found/$target"
    # freed memory is soon used again: a small quarantine stays in the processor's cache
    if ASAN_OPTIONS=quarantine_size_mb=1:malloc_context_size=4:${ASAN_OPTIONS:-} \
        "tests/fuzz/fuzz_$target" -runs="$runs" -max_len=1024 -timeout=10 -reload=0 \
        -print_final_stats=1 -artifact_prefix="found/crash-$target-" \
        "found/$target" "$source_dir/tests/fuzz/corpus/$target" >"$target.log" 2>&1; then
        verdict=ok
    else
        verdict=FAILED
        failed=1
    fi
    printf '%-12s %s executions, %s of %s edges, %s (%s)\n' "$target" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$target.log")" \
        "$(sed -n 's/^#.* cov: \([0-9]*\) .*/\1/p' "$target.log" | tail -n 1)" \
        "$(sed -n 's/^INFO: Loaded .*(\([0-9]*\) inline 8-bit counters).*/\1/p' "$target.log" | head -n 1)" \
        "$verdict" "$work_dir/$target.log"
done
exit $failed
