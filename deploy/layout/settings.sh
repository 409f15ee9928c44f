# shellcheck shell=bash
# What a layout is made with: taken from the environment at the first start, kept in a file, the same at every later one.

free_ports() {
    # Prints the first of $1 free ports in a row, below the range that outgoing connections take.
    local first port
    for _ in $(seq 200); do
        first=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
        for port in $(seq "$first" $((first + $1 - 1))); do
            if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue 2; fi
        done
        echo "$first"
        return 0
    done
    fail "no free ports were found"
}

random() { od -An -N"${1:-24}" -tx1 /dev/urandom | tr -d ' \n'; }

# keep NAME VALUE: the setting NAME is what was kept, else VALUE, which is kept.
keep() {
    local file="$layout/settings/$1"
    mkdir -p "$layout/settings"
    if [ ! -e "$file" ]; then printf '%s\n' "$2" >"$file"; fi
    printf -v "$1" '%s' "$(cat "$file")"
}

first_port() {
    if [ "${LYSBRO_PORT:-8443}" = 0 ]; then free_ports $((3 + ${LYSBRO_REPLICAS:-2} * ${#services[@]})); else echo "${LYSBRO_PORT:-8443}"; fi
}

host_default=localhost
keep host "${LYSBRO_HOST:-$host_default}"
keep port "$(first_port)"
keep count "${LYSBRO_REPLICAS:-2}"
keep prefix "${LYSBRO_PREFIX:-lysbro}"
keep postgres_url "${LYSBRO_POSTGRES_URL:-}"
keep objects_url "${LYSBRO_OBJECTS_URL:-}"
keep objects_bucket "${LYSBRO_OBJECTS_BUCKET:-lysbro}"
keep objects_region "${LYSBRO_OBJECTS_REGION:-us-east-1}"
keep synthetic "${LYSBRO_SYNTHETIC:-false}"
keep closed_days "${LYSBRO_CLOSED_DAYS:-}"
keep certificate "${LYSBRO_TLS_CERTIFICATE:-$layout/tls/certificate.pem}"
keep certificate_key "${LYSBRO_TLS_KEY:-$layout/tls/key.pem}"
program=${LYSBRO_BIN:-$root/target/debug/lysbro}
plain_port=$((port + 1))
store_port=$((port + 2))
if [ "$port" = 443 ]; then authority=$host; else authority=$host:$port; fi
# A person is made for trying alone: in a hospital somebody with a name is the first.
administrator=${LYSBRO_ADMINISTRATOR:-}
if [ -z "$administrator" ] && [ "$host" = "$host_default" ]; then administrator=administrator@lysbro.example; fi
# shellcheck disable=SC2034 # used by the file that reads this one
readonly program plain_port store_port authority administrator
