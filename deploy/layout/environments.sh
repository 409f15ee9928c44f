# shellcheck shell=bash
# Databases, certificate, and the file with the environment of each process: only what that one needs.

# secret NAME [BYTES]: prints it, making it at the first time.
secret() {
    local file="$layout/secrets/$1"
    mkdir -p "$layout/secrets"
    if [ ! -s "$file" ]; then random "${2:-24}" >"$file"; fi
    cat "$file"
}

make_databases() {
    local service
    if [ -z "$postgres_url" ]; then
        # One for this folder, so that two layouts do not meet.
        [ -e "$layout/private-postgres" ] || echo "layout-$(random 4)" >"$layout/private-postgres"
        superuser=$("$root/tests/tools/postgres.sh" start "$(cat "$layout/private-postgres")")
    else
        superuser=$postgres_url
    fi
    (
        export LYSBRO_PREFIX=$prefix LYSBRO_PASSWORD_OWNER
        LYSBRO_PASSWORD_OWNER=$(secret owner)
        for service in "${services[@]}"; do
            export "LYSBRO_PASSWORD_${service^^}=$(secret "login-$service")"
        done
        psql -XAtq -f "$here/roles.sql" "$superuser"
    ) || fail "databases and logins could not be made"
    # postgres://somebody:password@PLACE/database?query
    local place=${superuser#*@}
    echo "${place%%/*}" >"$layout/postgres-place"
    case $superuser in *\?*) echo "?${superuser#*\?}" >"$layout/postgres-query" ;; *) : >"$layout/postgres-query" ;; esac
}

# url WHO DATABASE: of the login PREFIX_WHO.
url() {
    local password
    if [ "$1" = owner ]; then password=$(secret owner); else password=$(secret "login-$1"); fi
    echo "postgres://${prefix}_$1:$password@$(cat "$layout/postgres-place")/$2$(cat "$layout/postgres-query")"
}

make_certificate() {
    if [ -s "$certificate" ] && [ -s "$certificate_key" ]; then return; fi
    [ "$certificate" = "$layout/tls/certificate.pem" ] || fail "$certificate or $certificate_key is not there"
    mkdir -p "$layout/tls"
    # An end certificate that signs itself: who trusts it trusts nothing else.
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -sha256 -subj "/CN=$host" \
        -addext "subjectAltName=DNS:$host,IP:127.0.0.1" -addext "basicConstraints=critical,CA:FALSE" \
        -addext "extendedKeyUsage=serverAuth" -keyout "$certificate_key" -out "$certificate" 2>"$layout/tls/openssl.log" ||
        fail "no certificate could be made: $(tail -n 1 "$layout/tls/openssl.log")"
}

has_store() { [ -z "$objects_url" ]; }

# The key pairs of the store: made here for our own, given for any other.
objects_pair() {
    if has_store; then
        echo "LYSBRO_OBJECTS_ACCESS_KEY=services"
        echo "LYSBRO_OBJECTS_SECRET_KEY=$(secret objects)"
    else
        echo "LYSBRO_OBJECTS_ACCESS_KEY=${LYSBRO_OBJECTS_ACCESS_KEY:?}"
        echo "LYSBRO_OBJECTS_SECRET_KEY=${LYSBRO_OBJECTS_SECRET_KEY:?}"
    fi
}
janitor_pair() {
    if has_store; then
        echo "LYSBRO_JANITOR_ACCESS_KEY=janitor"
        echo "LYSBRO_JANITOR_SECRET_KEY=$(secret janitor)"
    elif [ -n "${LYSBRO_JANITOR_ACCESS_KEY:-}" ]; then
        echo "LYSBRO_JANITOR_ACCESS_KEY=$LYSBRO_JANITOR_ACCESS_KEY"
        echo "LYSBRO_JANITOR_SECRET_KEY=${LYSBRO_JANITOR_SECRET_KEY:?}"
    fi
}

# environment_of LOGIN: what a process needs that opens the databases. Who serves files alone gets no keys.
environment_of() {
    echo "LYSBRO_DATABASE_URL=$(url "$1" "$prefix")"
    if [ "$1" != web ]; then
        echo "LYSBRO_KEYS_URL=$(url "$1" "${prefix}_keys")"
        echo "LYSBRO_ROOT_KEY=$(secret root-key 32)"
    fi
    echo "LYSBRO_PUBLIC_URL=https://$authority"
    echo "LYSBRO_SYNTHETIC=$synthetic"
    echo "LYSBRO_CLOSED_DAYS=$closed_days"
    echo "LYSBRO_LOG_FORMAT=json"
}

objects_of() {
    echo "LYSBRO_OBJECTS_URL=${objects_url:-http://127.0.0.1:$store_port}"
    echo "LYSBRO_OBJECTS_BUCKET=$objects_bucket"
    echo "LYSBRO_OBJECTS_REGION=$objects_region"
    objects_pair
}

# The mail server, for the service that sends: as given at this start.
mail_of() {
    local name
    for name in SMTP_HOST SMTP_PORT SMTP_TLS SMTP_USER SMTP_PASSWORD SMTP_FROM MAIL_HOUR; do
        name=LYSBRO_$name
        if [ -n "${!name:-}" ]; then echo "$name=${!name}"; fi
    done
}

# As a shell and systemd's EnvironmentFile both read it: a URL holds characters that mean something to a shell.
quoted() { sed "s/=\(.*\)/='\1'/"; }

write_environments() {
    local name service
    mkdir -p "$layout/environment" "$layout/log" "$layout/run" "$layout/data"
    chmod 711 "$layout"
    for name in $(replicas); do
        service=${name%-*}
        {
            environment_of "$service"
            echo "LYSBRO_LISTEN=127.0.0.1:$(port_of "$name")"
            echo "LYSBRO_DATA=$layout/data/$name"
            case $service in
            intake) objects_of && janitor_pair ;;
            imaging | review) objects_of ;;
            notify) echo "LYSBRO_OBJECTS_URL=none" && mail_of ;;
            *) echo "LYSBRO_OBJECTS_URL=none" ;;
            esac
        } | quoted >"$layout/environment/$name"
    done
    {
        environment_of owner
        echo "LYSBRO_DATA=$layout/data/operator"
        objects_of && janitor_pair
    } | quoted >"$layout/environment/operator"
    if has_store; then
        { objects_pair && janitor_pair; } | quoted >"$layout/environment/store"
    fi
    : >"$layout/environment/nginx"
}

servers() {
    local each
    for each in $(seq "$count"); do
        printf 'server 127.0.0.1:%s max_fails=2 fail_timeout=1s; ' "$(port_of "$1-$each")"
    done
}

write_nginx() {
    local user="" service folder="$layout/nginx"
    mkdir -p "$folder"
    chmod 711 "$folder"
    # As root nginx gives its workers to a user without rights.
    if [ "$(id -u)" = 0 ]; then
        for user in www-data nginx nobody; do if id "$user" >/dev/null 2>&1; then break; fi; done
        user="user $user $(id -gn "$user");"
    fi
    local filled=(-e "s|@USER@|$user|" -e "s|@FOLDER@|$folder|" -e "s|@HOST@|$host|" -e "s|@AUTHORITY@|$authority|"
        -e "s|@PORT@|$port|" -e "s|@PLAIN_PORT@|$plain_port|" -e "s|@LISTEN@|127.0.0.1|"
        -e "s|@CERTIFICATE@|$certificate|" -e "s|@KEY@|$certificate_key|")
    for service in "${services[@]}"; do filled+=(-e "s|@SERVERS_$service@|$(servers "$service")|"); done
    sed -e '/^#/d' "$here/nginx.conf.template" | sed "${filled[@]}" >"$folder/nginx.conf"
    nginx_program=$("$root/tests/tools/nginx.sh")
    "$nginx_program" -q -t -c "$folder/nginx.conf" -e "$folder/error.log" || fail "nginx refuses its configuration"
    echo "$nginx_program" >"$layout/nginx-program"
}

# operator COMMAND…: with the owner's rights, for what people do by hand.
operator() {
    [ -e "$layout/environment/operator" ] || fail "nothing was started in $layout yet"
    (
        set -a
        # shellcheck disable=SC1091 # made above
        . "$layout/environment/operator"
        exec "$@"
    )
}
