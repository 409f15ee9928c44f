#!/usr/bin/env bash
# supervise.sh LAYOUT NAME COMMAND…: keeps one process running, as systemd does with Restart=always and KillMode=control-group
# (deploy/systemd). The process gets nothing of this environment but a path and its own file.
set -eu

layout=$1
name=$2
shift 2
wanted=true
child=""

stop() {
    wanted=false
    if [ -n "$child" ]; then kill -TERM "$child" 2>/dev/null || true; fi
}
trap stop TERM INT

set -m # a process group of its own for every try
while $wanted; do
    begun=$SECONDS
    # shellcheck disable=SC2016 # expanded by the inner shell
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin bash -c 'set -a; . "$1"; set +a; shift; exec "$@"' run "$layout/environment/$name" "$@" &
    child=$!
    echo "$child" >"$layout/run/$name.new"
    mv "$layout/run/$name.new" "$layout/run/$name.pid"
    status=0
    # A signal for this shell interrupts the wait and not the child.
    while kill -0 "$child" 2>/dev/null; do
        status=0
        wait "$child" || status=$?
    done
    kill -KILL -- "-$child" 2>/dev/null || true # what it left behind holds its sockets
    if $wanted; then
        echo "supervise: $name (pid $child) ended with $status; beginning it again"
        # One that can't even start is tried once in a second.
        if [ $((SECONDS - begun)) -lt 2 ]; then sleep 1; else sleep 0.1; fi
    fi
done
