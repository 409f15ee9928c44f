#!/usr/bin/env bash
# Runs the fuzzer over the API's description (the programs are built already): EXAMPLES per operation (default 10), SEED (default 1).
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
python=$("$here/tests/tools/python.sh" fuzz)
export ST=${python%/*}/st LYSBRO_BIN=${LYSBRO_BIN:-$here/target/debug/lysbro}
exec "$here/target/debug/bench" api-fuzz
