#!/usr/bin/env bash
# Builds the release and runs the bench of photographs on their way in, beside nginx and beside Orthanc with DICOMweb, which root on
# a Debian-like machine gets installed without the servers that their packages would start. Where the system lets it, everything
# runs in a network of its own: older Orthancs listen on every address.
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
cd "$here"

# Prints the paths of Orthanc and of its plugin.
find_orthanc() {
    local program plugin
    program=$(command -v "${ORTHANC:-Orthanc}" || command -v /usr/sbin/Orthanc) || return 1
    for plugin in "${ORTHANC_DICOMWEB:-}" /usr/share/orthanc/plugins/libOrthancDicomWeb.so /usr/local/share/orthanc/plugins/libOrthancDicomWeb.so; do
        if [ -e "$plugin" ]; then
            echo "$program $plugin"
            return 0
        fi
    done
    return 1
}

if ! find_orthanc >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    # As for nginx: a policy against starting servers stands for as long as the installation takes.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends orthanc orthanc-dicomweb; } >&2 || true
    if command -v systemctl >/dev/null; then systemctl disable orthanc >&2 || true; fi
fi
read -r ORTHANC ORTHANC_DICOMWEB < <(find_orthanc) || {
    echo "bench-ingest.sh: the peer Orthanc was not found: install it (on Debian: apt-get install orthanc orthanc-dicomweb) or name it with ORTHANC=<path> and ORTHANC_DICOMWEB=<path>." >&2
    exit 1
}
NGINX=$(tests/tools/nginx.sh)
PYTHON=$(tests/tools/python.sh ingest)
cargo build --workspace --release
export ORTHANC ORTHANC_DICOMWEB NGINX PYTHON LYSBRO_BIN=$here/target/release/lysbro
apart=(unshare --net)
if [ "$(id -u)" != 0 ]; then apart=(unshare --map-root-user --net); fi
if command -v ip >/dev/null && "${apart[@]}" ip link set lo up 2>/dev/null; then
    # shellcheck disable=SC2016 # expanded by the inner shell
    exec "${apart[@]}" sh -c 'ip link set lo up && exec "$0" "$@"' target/release/bench ingest
fi
exec target/release/bench ingest
