#!/usr/bin/env bash
# Prints the path of nginx (1.21 or newer, with TLS and HTTP/2). Root on a Debian-like machine gets it installed, without the
# server that the package would start; anybody else is told how.
set -eu

find_nginx() {
    local candidate
    for candidate in "${NGINX:-}" nginx /usr/sbin/nginx /usr/local/sbin/nginx; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

find_nginx && exit 0
remedy="install it (on Debian: apt-get install nginx) or name one with NGINX=<path>"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "nginx.sh: nginx was not found; installing the distribution's package" >&2
    # The package starts its server on port 80, which nobody here asked for: unless a policy stands already, one says no
    # for as long as the installation takes.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nginx; } >&2 || true
    if command -v systemctl >/dev/null; then systemctl disable nginx >&2 || true; fi
    find_nginx && exit 0
fi
echo "nginx.sh: nginx was not found: $remedy." >&2
exit 1
