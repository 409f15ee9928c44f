#!/usr/bin/env bash
# Builds the release and runs one bench: `bench.sh claims|import|submit|uptake|worklist`. PostgreSQL is a private one, like SQLite on /tmp's
# disk, so that both pay for their syncs; it goes again at the end.
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
cd "$here"
cargo build --workspace --release
trap 'tests/tools/postgres.sh stop bench' EXIT
trap 'exit 130' INT TERM
LYSBRO_TEST_PG=$(LYSBRO_PG_ON_DISK=1 tests/tools/postgres.sh start bench) || {
    echo "bench.sh: the peer needs PostgreSQL 15 or newer: install it (on Debian and Ubuntu: apt-get install postgresql)." >&2
    exit 1
}
export LYSBRO_TEST_PG LYSBRO_BIN=$here/target/release/lysbro
target/release/bench "$@"
