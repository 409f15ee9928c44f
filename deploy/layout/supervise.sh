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

address=$(sed -n "s|^LYSBRO_LISTEN='\(.*\):\([0-9]*\)'|/dev/tcp/\1/\2|p" "$layout/environment/$name")

alive() (
    exec 3<>"$address"
    printf 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    read -r -t 3 line <&3
    [[ $line == *" 200 "* ]]
) 2>/dev/null

# watch PID: a process that answered once and then three times in a row did not hangs, and is ended.
watch() {
    local misses=-1000
    while sleep 3 && kill -0 "$1" 2>/dev/null; do
        if alive; then misses=0; else misses=$((misses + 1)); fi
        if [ $misses -ge 3 ]; then
            echo "supervise: $name (pid $1) hangs; ending it"
            kill -KILL "$1" 2>/dev/null || true
            return
        fi
    done
}

set -m # a process group of its own for every try
while $wanted; do
    begun=$SECONDS
    # shellcheck disable=SC2016 # expanded by the inner shell
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin bash -c 'set -a; . "$1"; set +a; shift; exec "$@"' run "$layout/environment/$name" "$@" &
    child=$!
    echo "$child" >"$layout/run/$name.new"
    mv "$layout/run/$name.new" "$layout/run/$name.pid"
    watcher=""
    if [ -n "$address" ]; then
        watch "$child" &
        watcher=$!
    fi
    status=0
    # A signal for this shell interrupts the wait and not the child.
    while kill -0 "$child" 2>/dev/null; do
        status=0
        wait "$child" || status=$?
    done
    if [ -n "$watcher" ]; then kill -KILL -- "-$watcher" 2>/dev/null || true; fi
    kill -KILL -- "-$child" 2>/dev/null || true # what it left behind holds its sockets
    if $wanted; then
        echo "supervise: $name (pid $child) ended with $status; beginning it again"
        # One that can't even start is tried once in a second.
        if [ $((SECONDS - begun)) -lt 2 ]; then sleep 1; else sleep 0.1; fi
    fi
done
