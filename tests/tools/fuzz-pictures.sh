#!/usr/bin/env bash
# Builds the fuzzers of pictures with libFuzzer's instruments and runs them, all targets at once or those named, for SECONDS each
# (3,600). What they find stands in target/fuzz-pictures/TARGET/; the working corpus beside it begins with the seeds. Exits 1 at the first
# crash, hang (over 10 s) or picture that takes over 1 GiB.
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
cd "$here"
seconds=${SECONDS_EACH:-3600}
host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
cargo build --release --manifest-path tests/fuzz-pictures/Cargo.toml --target "$host" --target-dir target/fuzz-pictures/build >&2
unset RUSTFLAGS
if [ $# -eq 0 ]; then set -- check exif strip jpeg render; fi
running=()
for target in "$@"; do
    work=target/fuzz-pictures/$target
    mkdir -p "$work/corpus" "$work/found"
    "target/fuzz-pictures/build/$host/release/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 \
        -artifact_prefix="$work/found/" -print_final_stats=1 "$work/corpus" "tests/fuzz-pictures/seeds/$target" >"$work/log" 2>&1 &
    running+=("$!")
done
status=0
for place in "${!running[@]}"; do
    wait "${running[$place]}" || status=1
    target=${*:$((place + 1)):1}
    echo "fuzz-$target $(grep -E 'stat::number_of_executed_units|^SUMMARY|^Done' "target/fuzz-pictures/$target/log" | tr '\n' ' ')"
done
exit "$status"
