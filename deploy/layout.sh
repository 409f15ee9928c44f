#!/usr/bin/env bash
# The layout of a hospital as processes on one machine, loopback only: PostgreSQL with a login per service, the object store,
# every service in replicas, each with its own secrets alone, and nginx with TLS in front.
#
#   deploy/layout.sh start            makes what is missing, starts everything and prints a sign-in link for an administrator
#   deploy/layout.sh status           a line per process: name, running or not, pid, port, ready or not
#   deploy/layout.sh restart [NAME]   one process (intake-1, store, nginx) or, one after the other, every replica
#   deploy/layout.sh run COMMAND…     `lysbro COMMAND…` as the operator: invite, verify, events, erase, migrate
#   deploy/layout.sh stop             stops it; everything is kept
#   deploy/layout.sh remove           stops it and removes its folder and, if it made one, its PostgreSQL
#
# Settings by environment, kept from the first start on:
#   LYSBRO_LAYOUT        folder of the state (default: lysbro-layout)
#   LYSBRO_PORT          of https; 0 takes free ones (default 8443; plain http, the store and the services take those after it)
#   LYSBRO_REPLICAS      of every service (default 2)
#   LYSBRO_POSTGRES_URL  a superuser's; without it a private PostgreSQL for trying is started by tests/tools/postgres.sh
#   LYSBRO_PREFIX        of databases and logins (default lysbro)
#   LYSBRO_OBJECTS_URL, LYSBRO_OBJECTS_{BUCKET,REGION,ACCESS_KEY,SECRET_KEY}, LYSBRO_JANITOR_{ACCESS_KEY,SECRET_KEY}
#                        any S3; without it `lysbro store` runs as a process of its own
#   LYSBRO_HOST, LYSBRO_TLS_CERTIFICATE, LYSBRO_TLS_KEY
#                        name and certificate (default: localhost, with a certificate made on the spot)
#   LYSBRO_SMTP_{HOST,PORT,TLS,USER,PASSWORD,FROM}, LYSBRO_MAIL_HOUR
#                        the mail server that takes mail to staff; without a host no mail is sent
#   LYSBRO_CLOSED_DAYS   days beside weekends and public holidays on which no answer falls due: 2026-12-24,2026-12-31
#   LYSBRO_SYNTHETIC     true where everybody is made up: every page says so, and synthetic patients' numbers are taken
#   LYSBRO_ADMINISTRATOR e-mail address of the administrator whose link `start` prints
#   LYSBRO_BIN           the program (default target/debug/lysbro)
set -eu -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/.." && pwd)
umask 077

say() { echo "layout: $*" >&2; }
fail() {
    say "$*"
    exit 1
}

layout=${LYSBRO_LAYOUT:-lysbro-layout}
mkdir -p "$layout"
layout=$(cd "$layout" && pwd)
services=(directory intake imaging review uptake web notify)

# shellcheck source-path=SCRIPTDIR
. "$here/layout/settings.sh"
# shellcheck source-path=SCRIPTDIR
. "$here/layout/environments.sh"
# shellcheck source-path=SCRIPTDIR
. "$here/layout/processes.sh"

# The first time a person and a role are made, later only a link.
link() {
    local role=(--role administrator)
    if [ -e "$layout/settings/administrator" ]; then role=(); fi
    operator "$program" invite --email "$administrator" --name Administrator "${role[@]}" --sign-in
    printf '%s\n' "$administrator" >"$layout/settings/administrator"
}

start() {
    local begun=$SECONDS name
    [ -x "$program" ] || fail "$program is not there: build it with cargo build --workspace, or name one with LYSBRO_BIN"
    make_databases
    make_certificate
    write_environments
    write_nginx
    operator "$program" migrate --roles "$prefix"
    if has_store; then begin_and_wait store; fi
    for name in $(replicas); do begin "$name"; done
    for name in $(replicas); do await "$name"; done
    begin_and_wait nginx
    echo "address https://$authority"
    if [ -n "$administrator" ]; then echo "link administrator Administrator $(link)"; fi
    echo "ready"
    say "started in $((SECONDS - begun)) s; logs in $layout/log"
}

status() {
    local name all=0
    for name in $(processes); do
        if ! runs "$name"; then
            echo "$name stopped"
            all=1
        elif is_ready "$name"; then
            echo "$name runs $(cat "$layout/run/$name.pid") $(port_of "$name") ready"
        else
            echo "$name runs $(cat "$layout/run/$name.pid") $(port_of "$name") not-ready"
            all=1
        fi
    done
    return $all
}

restart() {
    local name
    for name in ${1:-$(replicas)}; do
        runs "$name" || fail "$name does not run here"
        again "$name"
        await "$name"
        # nginx gives a replica that refused a second of rest.
        if [ -z "${1:-}" ]; then sleep 1.2; fi
    done
}

stop() {
    local name
    for name in $(processes | tac); do end "$name"; done
    for name in $(processes); do ended "$name"; done
}

remove() {
    stop
    if [ -e "$layout/private-postgres" ]; then "$root/tests/tools/postgres.sh" stop "$(cat "$layout/private-postgres")"; fi
    rm -rf "$layout"
}

case ${1:-} in
start) start ;;
status) status ;;
restart) restart "${2:-}" ;;
run)
    shift
    operator "$program" "$@"
    ;;
stop) stop ;;
remove) remove ;;
*)
    sed -n '2,/^set -eu/p' "$0" | sed -e '$d' -e 's/^# \{0,1\}//' >&2
    exit 2
    ;;
esac
