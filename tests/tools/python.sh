#!/usr/bin/env bash
# Prints the path of a Python that has the packages of tests/NAME/requirements.txt (NAME: clients by default, fuzz, images or
# ingest): an environment of its own in target/tools/python-NAME, made anew when the list changes.
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
name=${1:-clients}
list=$here/tests/$name/requirements.txt
environment=$here/target/tools/python-$name

if [ ! -f "$list" ]; then
    echo "python.sh: $list is not there: say clients, fuzz, images or ingest." >&2
    exit 1
fi
if cmp -s "$list" "$environment/installed.txt"; then
    echo "$environment/bin/python"
    exit 0
fi
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    remedy="install Python 3 with venv (on Debian and Ubuntu: apt-get install python3-venv)"
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "python.sh: Python was not found: $remedy." >&2
        exit 1
    fi
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3-venv; } >&2
fi
rm -rf "$environment"
{ python3 -m venv "$environment" && "$environment/bin/python" -m pip install --quiet --requirement "$list"; } >&2
cp "$list" "$environment/installed.txt"
echo "$environment/bin/python"
