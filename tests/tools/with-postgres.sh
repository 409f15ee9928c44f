#!/usr/bin/env bash
# Runs a command with a private PostgreSQL (LYSBRO_TEST_PG), and takes it away afterwards: with-postgres.sh NAME COMMAND…
set -eu
tools=$(cd "$(dirname "$0")" && pwd)
name=$1
shift
trap '"$tools/postgres.sh" stop "$name"' EXIT
LYSBRO_TEST_PG=$("$tools/postgres.sh" start "$name")
export LYSBRO_TEST_PG
"$@"
