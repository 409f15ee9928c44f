#!/usr/bin/env bash
# Writes deploy/containers/ for compose.yaml: secrets, an environment file per service, nginx.conf. The files were looked at and nginx
# accepted its own; the containers were not run here. Again is harmless: what stands is kept.
#
#   LYSBRO_HOST=referrals.hospital.example LYSBRO_OBJECTS_URL=https://s3.hospital.example \
#   LYSBRO_OBJECTS_ACCESS_KEY=… LYSBRO_OBJECTS_SECRET_KEY=… LYSBRO_JANITOR_ACCESS_KEY=… LYSBRO_JANITOR_SECRET_KEY=… deploy/containers.sh
#
# Put the certificate and its key to deploy/containers/nginx/certificate.pem and key.pem.
set -eu -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=$here/containers
host=${LYSBRO_HOST:?the name that people type}
: "${LYSBRO_OBJECTS_URL:?the address of the S3 store}" "${LYSBRO_OBJECTS_ACCESS_KEY:?}" "${LYSBRO_OBJECTS_SECRET_KEY:?}"
: "${LYSBRO_JANITOR_ACCESS_KEY:?}" "${LYSBRO_JANITOR_SECRET_KEY:?}"
services=(directory intake imaging review uptake web notify)
proxy=10.89.7.2
umask 077
mkdir -p "$out/secrets" "$out/nginx"

secret() {
    if [ ! -s "$out/secrets/$1" ]; then od -An -N"${2:-24}" -tx1 /dev/urandom | tr -d ' \n' >"$out/secrets/$1"; fi
    cat "$out/secrets/$1"
}

databases() {
    local password
    password=$(secret "$1")
    echo "LYSBRO_DATABASE_URL=postgres://lysbro_$1:$password@postgres:5432/lysbro"
    # Who serves files alone gets no keys.
    if [ "$1" != web ]; then
        echo "LYSBRO_KEYS_URL=postgres://lysbro_$1:$password@postgres:5432/lysbro_keys"
        echo "LYSBRO_ROOT_KEY=$(secret root-key 32)"
    fi
    echo "LYSBRO_PUBLIC_URL=https://$host"
}

objects() {
    echo "LYSBRO_OBJECTS_URL=$LYSBRO_OBJECTS_URL"
    echo "LYSBRO_OBJECTS_BUCKET=${LYSBRO_OBJECTS_BUCKET:-lysbro}"
    echo "LYSBRO_OBJECTS_REGION=${LYSBRO_OBJECTS_REGION:-us-east-1}"
    echo "LYSBRO_OBJECTS_ACCESS_KEY=$LYSBRO_OBJECTS_ACCESS_KEY"
    echo "LYSBRO_OBJECTS_SECRET_KEY=$LYSBRO_OBJECTS_SECRET_KEY"
}

janitor() {
    echo "LYSBRO_JANITOR_ACCESS_KEY=$LYSBRO_JANITOR_ACCESS_KEY"
    echo "LYSBRO_JANITOR_SECRET_KEY=$LYSBRO_JANITOR_SECRET_KEY"
}

# Without LYSBRO_SMTP_HOST no mail is sent.
mail() {
    local name
    for name in SMTP_HOST SMTP_PORT SMTP_TLS SMTP_USER SMTP_PASSWORD SMTP_FROM MAIL_HOUR; do
        name=LYSBRO_$name
        if [ -n "${!name:-}" ]; then echo "$name=${!name}"; fi
    done
}

secret superuser >/dev/null
{
    echo "LYSBRO_PREFIX=lysbro"
    for login in owner "${services[@]}"; do echo "LYSBRO_PASSWORD_${login^^}=$(secret "$login")"; done
} >"$out/logins.env"
{ databases owner && objects && janitor; } >"$out/operator.env"
filled=()
for place in "${!services[@]}"; do
    service=${services[$place]}
    {
        databases "$service"
        echo "LYSBRO_LISTEN=0.0.0.0:8460"
        echo "LYSBRO_PROXY=$proxy"
        case $service in
        intake) objects && janitor ;;
        imaging | review) objects ;;
        notify) echo "LYSBRO_OBJECTS_URL=none" && mail ;;
        *) echo "LYSBRO_OBJECTS_URL=none" ;;
        esac
    } >"$out/$service.env"
    servers=""
    for each in 1 2; do servers+="server 10.89.7.$((10 * (place + 1) + each)):8460 max_fails=2 fail_timeout=1s; "; done
    filled+=(-e "s|@SERVERS_$service@|$servers|")
done
sed -e '/^#/d' "$here/nginx.conf.template" | sed "${filled[@]}" -e 's|@FOLDER@/access.log|/dev/stdout|' -e 's|@FOLDER@/error.log|/dev/stderr|' \
    -e 's|@FOLDER@|/var/lib/nginx|' -e 's|@USER@|user nginx;|' -e 's|@LISTEN@|0.0.0.0|' -e 's|@PORT@|443|' -e 's|@PLAIN_PORT@|80|' \
    -e "s|@HOST@|$host|" -e "s|@AUTHORITY@|$host|" -e 's|@CERTIFICATE@|/etc/lysbro/certificate.pem|' -e 's|@KEY@|/etc/lysbro/key.pem|' \
    >"$out/nginx/nginx.conf"
echo "written to $out; keep a copy of secrets/root-key apart, on paper: without it every referral is lost"
