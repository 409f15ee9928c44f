#!/usr/bin/env bash
# A private PostgreSQL (15 or newer) for tests: its own data directory, port and password; nothing of the machine's own
# PostgreSQL is read or changed.
#
#   tests/tools/postgres.sh start [NAME]   starts it (or finds it running) and prints its URL
#   tests/tools/postgres.sh url   [NAME]   prints the URL of the running one
#   tests/tools/postgres.sh stop  [NAME]   stops it and removes every trace of it
#
# NAME (default: dev) keeps several apart; `make test` uses its own. The data lie in memory (/dev/shm) where there is
# room, with fsync on, so that the same code paths run as on a disk; LYSBRO_PG_ON_DISK=1 puts them on the disk of /tmp.
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
action=${1:-}
name=${2:-dev}
state=$here/target/postgres/$name
url_file=$state/url        # holds the superuser's password: mode 600
data_file=$state/directory # where the cluster lies

say() { echo "postgres.sh: $*" >&2; }
fail() { say "$*"; exit 1; }

# Prints the newest folder that holds initdb and pg_ctl of at least version 15, or fails.
find_binaries() {
    local folder version
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin | sort -V -r) \
        "$(dirname "$(command -v initdb || echo /nowhere/initdb)")"; do
        if [ ! -x "$folder/initdb" ] || [ ! -x "$folder/pg_ctl" ]; then continue; fi
        version=$("$folder/initdb" --version | grep -oE '[0-9]+' | head -n 1)
        if [ "$version" -ge 15 ]; then
            echo "$folder"
            return 0
        fi
    done
    return 1
}

install_binaries() {
    local remedy="install PostgreSQL 15 or newer (on Debian and Ubuntu: apt-get install postgresql)"
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then fail "PostgreSQL was not found: $remedy."; fi
    say "PostgreSQL was not found; installing the distribution's package"
    # The package would start a cluster of its own, which nobody here asked for.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    fi
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        -o Dpkg::Options::=--force-confold postgresql; } >&2 || fail "the installation failed: $remedy."
}

# initdb refuses root, so root hands over to a user without rights.
owner=$(id -un)
if [ "$(id -u)" = 0 ]; then
    if id postgres >/dev/null 2>&1; then owner=postgres; else owner=nobody; fi
fi
as_owner() {
    # From a folder the owner may enter, without the caller's open files (a lock held by make would outlive it).
    (
        cd /
        exec 9>&-
        if [ "$(id -un)" = "$owner" ]; then exec "$@"; else exec runuser -u "$owner" -- "$@"; fi
    )
}

# Prints a new empty folder: in memory when at least 1.5 GB are free there. The path stays short, because a socket's
# path may have at most 107 characters.
make_folder() {
    local free parent=/tmp
    free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
    if [ -z "${LYSBRO_PG_ON_DISK:-}" ] && [ "${free:-0}" -gt 1500000 ] && [ -w /dev/shm ]; then parent=/dev/shm; fi
    mktemp -d "$parent/lysbro-pg.XXXXXX"
}

free_port() {
    local port
    for _ in $(seq 50); do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000)) # below the range that outgoing connections take
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return 0
        fi
    done
    fail "no free port was found"
}

answers() {
    [ -s "$url_file" ] && [ "$("$1/psql" -XAtq -d "$(cat "$url_file")" -c 'select 1' 2>/dev/null)" = 1 ]
}

remove() {
    local folder=""
    [ -s "$data_file" ] && folder=$(cat "$data_file")
    case $folder in
    /dev/shm/lysbro-pg.?????? | /tmp/lysbro-pg.??????)
        if [ -s "$folder/data/postmaster.pid" ] && binaries=$(find_binaries); then
            # Fails when the server is already gone, which is what is wanted.
            as_owner "$binaries/pg_ctl" -D "$folder/data" -m immediate -w -t 30 stop >/dev/null 2>&1 || true
        fi
        rm -rf "$folder"
        ;;
    esac
    rm -rf "$state"
}

start() {
    local binaries folder port password attempt
    binaries=$(find_binaries) || { install_binaries; binaries=$(find_binaries) || fail "PostgreSQL 15 or newer is still missing"; }
    if answers "$binaries"; then cat "$url_file"; return; fi
    remove # what an unclean stop, a restart of the machine or a half-made start left behind

    mkdir -p "$state"
    folder=$(make_folder)
    echo "$folder" >"$data_file"
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    (umask 077; echo "$password" >"$folder/password"; mkdir "$folder/socket")
    chown -R "$owner" "$folder"
    # md5 and not scram: every test opens connections of its own, and scram costs each of them 4,096 rounds in an
    # unoptimised build. Only loopback is listened on, and the password is new at every start.
    as_owner "$binaries/initdb" -D "$folder/data" -U lysbro --pwfile="$folder/password" --auth=md5 \
        --encoding=UTF8 --locale=C --no-instructions >"$state/initdb.log" 2>&1 || { cat "$state/initdb.log" >&2; fail "initdb failed"; }
    rm -f "$folder/password"
    # mmap: what a kill leaves behind then lies in the data directory and goes with it.
    as_owner tee -a "$folder/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$folder/socket'
password_encryption = md5
max_connections = 300
shared_buffers = 128MB
fsync = on
dynamic_shared_memory_type = mmap
CONF
    for attempt in 1 2 3 4 5; do
        port=$(free_port)
        if as_owner "$binaries/pg_ctl" -D "$folder/data" -l "$folder/data/server.log" -o "-p $port" -w -t 60 start \
            >"$state/start.log" 2>&1 </dev/null; then
            (umask 077; echo "postgres://lysbro:$password@127.0.0.1:$port/postgres" >"$url_file")
            answers "$binaries" || fail "the server runs but refuses the connection"
            cat "$url_file"
            return
        fi
        say "start $attempt failed, trying another port"
    done
    tail -n 20 "$folder/data/server.log" >&2 || true
    remove
    fail "the server did not start"
}

case $action in
start) start ;;
url) cat "$url_file" 2>/dev/null || fail "no server named '$name' runs; start it with: tests/tools/postgres.sh start $name" ;;
stop) remove ;;
*) fail "say what to do: start, url or stop" ;;
esac
