#!/usr/bin/env bash
# Looks for strace, with which the tests of syncs read a process's system calls and let some of them fail. Root on a
# Debian-like machine gets it installed; anybody else is told how.
set -eu

command -v strace && exit 0
remedy="install it (on Debian and Ubuntu: apt-get install strace)"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "strace.sh: strace was not found; installing the distribution's package" >&2
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends strace; } >&2 || true
    command -v strace && exit 0
fi
echo "strace.sh: strace was not found: $remedy." >&2
exit 1
