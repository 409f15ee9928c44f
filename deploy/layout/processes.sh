# shellcheck shell=bash
# Which processes there are, and how each is begun, watched and ended.

replicas() {
    local service each
    for service in "${services[@]}"; do
        for each in $(seq "$count"); do echo "$service-$each"; done
    done
}

processes() {
    if has_store; then echo store; fi
    replicas
    echo nginx
}

port_of() {
    local place
    case $1 in
    store) echo "$store_port" ;;
    nginx) echo "$port" ;;
    *)
        for place in "${!services[@]}"; do
            if [ "${services[$place]}" = "${1%-*}" ]; then echo $((port + 2 + place * count + ${1##*-})); fi
        done
        ;;
    esac
}

# The supervisor lives as long as it is wanted; the process itself may just be on its way again.
runs() { [ -s "$layout/run/$1.supervisor" ] && kill -0 "$(cat "$layout/run/$1.supervisor")" 2>/dev/null; }

is_ready() {
    case $1 in
    store | nginx) (exec 3<>"/dev/tcp/127.0.0.1/$(port_of "$1")") 2>/dev/null ;;
    *) says_ready "$(port_of "$1")" 2>/dev/null ;;
    esac
}

says_ready() (
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    read -r -t 5 line <&3
    [[ $line == *" 200 "* ]]
)

begin() {
    local name=$1 command=()
    if runs "$name"; then return; fi
    case $name in
    store) command=("$program" store --listen "127.0.0.1:$store_port" --data "$layout/objects") ;;
    nginx) command=("$(cat "$layout/nginx-program")" -c "$layout/nginx/nginx.conf" -e "$layout/nginx/error.log" -g "daemon off;") ;;
    *) command=("$program" serve "${name%-*}") ;;
    esac
    # Apart from this terminal and from the files that the caller holds open.
    setsid "$here/layout/supervise.sh" "$layout" "$name" "${command[@]}" </dev/null >>"$layout/log/$name" 2>&1 9>&- &
    echo $! >"$layout/run/$name.supervisor"
}

await() {
    for _ in $(seq 600); do
        if is_ready "$1"; then return; fi
        runs "$1" || break
        sleep 0.1
    done
    tail -n 5 "$layout/log/$1" >&2
    fail "$1 did not become ready: $layout/log/$1"
}

begin_and_wait() {
    begin "$1"
    await "$1"
}

# again NAME: ends the process as at a shutdown and waits until the supervisor has begun another.
again() {
    local before
    before=$(cat "$layout/run/$1.pid")
    kill -TERM "$before"
    for _ in $(seq 300); do
        if [ "$(cat "$layout/run/$1.pid" 2>/dev/null)" != "$before" ]; then return; fi
        sleep 0.1
    done
    fail "$1 (pid $before) does not end"
}

end() { if runs "$1"; then kill -TERM "$(cat "$layout/run/$1.supervisor")"; fi; }

ended() {
    for _ in $(seq 300); do
        if ! runs "$1"; then
            rm -f "$layout/run/$1.supervisor" "$layout/run/$1.pid"
            return
        fi
        sleep 0.1
    done
    say "$1 does not end"
}
