#!/usr/bin/env bash
# Runs every suite, keeps each one's output in target/test-logs, and ends with a table and one line of counts.
# A suite that fails does not hide the others. `suites.sh NAME…` runs only those named, by name or by the first words of it
# (`front-end` runs front-end-build, front-end-check, …); the names stand at the end of this file.
set -u

here=$(cd "$(dirname "$0")/../.." && pwd)
cd "$here" || exit 1
tools=$here/tests/tools
logs=$here/target/test-logs
web=services/web/app
mkdir -p "$logs"

export CARGO_INCREMENTAL=0 CARGO_TERM_COLOR=never RUST_BACKTRACE=0 NO_COLOR=1 npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false
export LYSBRO_BIN=$here/target/debug/lysbro
export PATH=$here/target/tools/bin:$PATH

wanted=("$@")
rows=()    # "name passed failed skipped seconds"
reasons=() # what could not run, and why
total_passed=0
total_failed=0
total_skipped=0

say() { echo "$*"; }

is_wanted() {
    local each
    [ ${#wanted[@]} -eq 0 ] && return 0
    for each in "${wanted[@]}"; do
        if [ "$each" = "$1" ] || [[ $1 == "$each"-* ]]; then return 0; fi
    done
    return 1
}

# row NAME PASSED FAILED SKIPPED SECONDS
row() {
    rows+=("$*")
    total_passed=$((total_passed + $2))
    total_failed=$((total_failed + $3))
    total_skipped=$((total_skipped + $4))
}

could_not_run() {
    reasons+=("not run: $1: $2")
    row "$1" 0 0 1 0
    say "not run  $1: $2"
}

# counts KIND LOG: prints "passed failed skipped" as the tool itself counted them.
counts() {
    case $1 in
    node) awk '/^# pass /{p=$3} /^# fail /{f=$3} /^# cancelled /{c=$3} /^# (skipped|todo) /{s+=$3} END{print p+0, f+c+0, s+0}' "$2" ;;
    vitest) awk '$1 == "Tests" { for (i = 2; i < NF; i++) { if ($(i+1) ~ /^passed/) p=$i; if ($(i+1) ~ /^failed/) f=$i; if ($(i+1) ~ /^(skipped|todo)/) s+=$i } } END{print p+0, f+0, s+0}' "$2" ;;
    esac
}

# The part of a log that says what went wrong.
excerpt() {
    case $1 in
    cargo) { grep -A 12 -E '^error(\[E|: could not compile)' "$2"; awk '/^failures:$/{on=1} on{print} /^test result/{on=0}' "$2"; } | head -n 250 ;;
    node) awk '/^ *not ok /{on=1} on{print} /^ *\.\.\.$/{on=0}' "$2" | head -n 250 ;;
    *) tail -n 80 "$2" ;;
    esac
}

report_failure() {
    say "-------- $2: what failed (all of it: ${3#"$here"/})"
    excerpt "$1" "$3" | cut -c 1-2000 # a text compared with a text comes as one line
    say "--------"
}

# suite NAME KIND COMMAND…: run_suite, if the name is wanted.
suite() {
    is_wanted "$1" || return 0
    run_suite "$@"
}

# run_suite NAME KIND COMMAND…: KIND says how to count: check (one check), node, vitest.
run_suite() {
    local name=$1 kind=$2 log="$logs/$1.log" begun=$SECONDS status=0 passed=0 failed=0 skipped=0
    shift 2
    "$@" >"$log" 2>&1 </dev/null 9>&- || status=$?
    if [ "$kind" = check ]; then
        if [ $status -eq 0 ]; then passed=1; else failed=1; fi
    else
        read -r passed failed skipped <<<"$(counts "$kind" "$log")"
        if [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
        if [ $status -eq 0 ] && [ "$passed" -eq 0 ]; then
            failed=1
            echo "No test ran: that is a fault of the suite." >>"$log"
        fi
    fi
    row "$name" "$passed" "$failed" "$skipped" $((SECONDS - begun))
    say "$(printf '%-8s %s: %s passed, %s failed (%s s)' "$([ "$failed" -eq 0 ] && echo ok || echo FAILED)" "$name" "$passed" "$failed" $((SECONDS - begun)))"
    if [ "$failed" -gt 0 ]; then report_failure "$kind" "$name" "$log"; fi
    [ "$failed" -eq 0 ]
}

# All Rust tests in one run, counted per test binary: the crates' own tests on both engines and both object stores, and
# the journeys over HTTP (crate `tests`), which use LYSBRO_BIN.
rust_suite() {
    local log=$logs/rust.log begun=$SECONDS status=0 before=$total_failed name passed failed skipped seconds
    is_wanted rust || return 0
    cargo test --workspace --lib --bins --tests --no-fail-fast >"$log" 2>&1 </dev/null 9>&- || status=$?
    while read -r name passed failed skipped seconds; do
        row "rust:$name" "$passed" "$failed" "$skipped" "$seconds"
        say "$(printf '%-8s rust:%s: %s passed, %s failed (%s s)' "$([ "$failed" -eq 0 ] && echo ok || echo FAILED)" "$name" "$passed" "$failed" "$seconds")"
        if [ "$skipped" -gt 0 ]; then reasons+=("not run: rust:$name: tests marked as ignored: $skipped"); fi
    done < <(awk '
        /^ *Running / { if (name != "") ended(1); name = $NF; sub(/.*\//, "", name); sub(/-[0-9a-f]+\)$/, "", name); next }
        /^test result: / { passed = $4; failed = $6; skipped = $8; s = $0; sub(/.*finished in /, "", s); seconds = int(s + 0.5); ended(0) }
        function ended(broken) {
            if (broken) { passed = 0; failed = 1; skipped = 0; seconds = 0 } # the binary died before it could count
            if (passed + failed + skipped > 0) print name, passed, failed, skipped, seconds
            name = ""
        }
        END { if (name != "") ended(1) }' "$log")
    if [ $status -ne 0 ] && [ "$total_failed" -eq "$before" ]; then row rust 0 1 0 $((SECONDS - begun)); fi
    if [ "$total_failed" -gt "$before" ]; then report_failure cargo rust "$log"; fi
}

# The advisory database is the only part that needs the network each time; without it the rest still counts.
deny_suite() {
    is_wanted deny || return 0
    if ! command -v cargo-deny >/dev/null; then
        say "         cargo-deny is missing: installing it into target/tools (once, one to two minutes)"
        if ! CARGO_TARGET_DIR=$here/target/tools/build cargo install cargo-deny --version 0.20.2 --locked --debug --root "$here/target/tools" \
            >"$logs/deny-install.log" 2>&1 9>&-; then
            could_not_run deny "cargo-deny could not be installed (target/test-logs/deny-install.log)"
            return 0
        fi
        rm -rf "$here/target/tools/build"
    fi
    suite deny check cargo deny --log-level warn check --hide-inclusion-graph bans licenses sources
    if timeout 120 cargo deny fetch db >"$logs/advisories.log" 2>&1 9>&-; then
        suite deny-advisories check cargo deny check --disable-fetch advisories
    else
        could_not_run deny-advisories "the advisory database could not be fetched (target/test-logs/advisories.log)"
    fi
}

has_script() { node -e 'process.exit(require(process.argv[1]).scripts?.[process.argv[2]] ? 0 : 1)' "$here/$web/package.json" "$1"; }

front_end_format() {
    is_wanted front-end-format || return 0
    if has_script format:check; then suite front-end-format check npm --prefix "$web" run --silent format:check; fi
}

install_browser_packages() {
    [ -e tests/browser/node_modules/.package-lock.json ] && [ ! tests/browser/package-lock.json -nt tests/browser/node_modules/.package-lock.json ] && return 0
    npm --prefix tests/browser ci
}

# Journeys and screens in Chromium, and uploads by other clients: all beside one demonstration, as seeding it takes most of a minute.
demo_suites() {
    local name=browser files=()
    if is_wanted browser; then
        suite browser-set-up check install_browser_packages || return 0
        if CHROMIUM=$("$tools/chromium.sh" 2>"$logs/chromium.log"); then
            export CHROMIUM
            files+=(tests/browser/*.test.mjs)
        else
            row browser 0 1 0 0
            say "FAILED   browser: $(tail -n 1 "$logs/chromium.log")"
        fi
    fi
    if is_wanted clients; then
        if PYTHON=$("$tools/python.sh" 2>"$logs/python.log"); then
            export PYTHON
            if [ ${#files[@]} -eq 0 ]; then name=clients; else name=browser-and-clients; fi
            files+=(tests/clients/*.test.mjs)
        else
            row clients 0 1 0 0
            say "FAILED   clients: $(tail -n 1 "$logs/python.log")"
        fi
    fi
    [ ${#files[@]} -eq 0 ] && return 0
    run_suite "$name" node node "$tools/with-demo.mjs" node --test --test-concurrency=1 --test-reporter=tap "${files[@]}"
}

# The same journeys beside the layout of separate services; some of them, and uploads, while its replicas are killed one after the
# other.
layout_suite() {
    is_wanted layout || return 0
    suite layout-set-up check install_browser_packages || return 0
    if ! CHROMIUM=$("$tools/chromium.sh" 2>"$logs/layout-tools.log") || ! PYTHON=$("$tools/python.sh" 2>"$logs/layout-tools.log") ||
        ! "$tools/nginx.sh" >"$logs/layout-tools.log" 2>&1; then
        row layout 0 1 0 0
        say "FAILED   layout: $(tail -n 1 "$logs/layout-tools.log")"
        return 0
    fi
    export CHROMIUM PYTHON
    # Side by side: both wait more than they work.
    UPLOADS=4 SHARE=0.6 run_suite layout node node "$tools/with-layout.mjs" \
        node --test --test-concurrency=2 --test-reporter=tap tests/browser/journey.test.mjs tests/browser/layout/*.test.mjs
    # A day's other journeys: one after the other, as they share their people, and with nobody killed, as they count every
    # complaint.
    KILLS=0 run_suite layout-journeys node node "$tools/with-layout.mjs" \
        node --test --test-concurrency=1 --test-reporter=tap tests/browser/{chairs,department,people,practice,specialties}.test.mjs
}

start_postgres() {
    is_wanted rust || return 0
    "$tools/postgres.sh" stop suites
    if LYSBRO_TEST_PG=$("$tools/postgres.sh" start suites 2>"$logs/postgres.log"); then
        export LYSBRO_TEST_PG
    else
        # The other engine's tests still run; this one is not forgotten.
        row postgresql 0 1 0 0
        say "FAILED   postgresql: $(tail -n 1 "$logs/postgres.log")"
    fi
}

# The R of a study's bundle is run by the Rust tests, which say the same when there is none.
find_r() {
    is_wanted rust || return 0
    "$tools/r.sh" >"$logs/r.log" 2>&1 || say "         $(tail -n 1 "$logs/r.log")"
}

# Kills on both deployments at the same time: each waits more than it works.
storms() {
    local embedded
    target/debug/faults storm --kills 10 --seed 1 --deployment embedded &
    embedded=$!
    target/debug/faults storm --kills 10 --seed 1 --deployment separate || { wait "$embedded"; return 1; }
    wait "$embedded"
}

faults_suites() {
    suite faults-storm check storms
    is_wanted faults-order || is_wanted faults-eio || return 0
    if "$tools/strace.sh" >"$logs/strace.log" 2>&1; then
        suite faults-order check target/debug/faults order --submissions 20
        suite faults-eio check target/debug/faults eio --syncs 1,15,40
    else
        could_not_run faults-order "$(tail -n 1 "$logs/strace.log")"
        could_not_run faults-eio "$(tail -n 1 "$logs/strace.log")"
    fi
}

# One run at a time in a checkout: they share the build, the logs and the database.
if command -v flock >/dev/null; then
    exec 9>"$here/target/suites.lock"
    flock -n 9 || { say "another run of the suites is under way here; waiting for it"; flock 9; }
fi
trap '"$tools/postgres.sh" stop suites' EXIT
trap 'exit 130' INT TERM

# The front end comes first: the executable carries it. The rest goes from quick to slow.
suite front-end-build check make --no-print-directory front-end
suite format check cargo fmt --all --check
front_end_format
suite build check cargo build --workspace --all-targets --keep-going
suite lints check cargo clippy --workspace --all-targets --keep-going -- -D warnings
deny_suite
suite front-end-check check npm --prefix "$web" run --silent check
suite front-end-unit vitest npm --prefix "$web" test --silent
suite front-end-size check npm --prefix "$web" run --silent size
start_postgres
find_r
rust_suite
faults_suites
demo_suites
layout_suite

say
printf '%-24s %7s %7s %8s %8s\n' suite passed failed "not run" seconds
for each in "${rows[@]}"; do
    # shellcheck disable=SC2086 # a row is five words
    printf '%-24s %7s %7s %8s %8s\n' $each
done
for each in "${reasons[@]}"; do say "$each"; done
line="$total_passed passed, $total_failed failed"
if [ $total_skipped -gt 0 ]; then line="$line, $total_skipped skipped"; fi
say "$line"
[ $total_failed -eq 0 ]
