#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests. Root on a Debian-like machine gets it installed; anybody else is
# told how. CHROMIUM=<path> chooses one.
set -eu

find_chromium() {
    local candidate
    for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

find_chromium && exit 0
remedy="install it (on Debian: apt-get install chromium) or name one with CHROMIUM=<path>"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "chromium.sh: Chromium was not found; installing the distribution's package" >&2
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } >&2 || true
    find_chromium && exit 0
fi
echo "chromium.sh: Chromium was not found: $remedy." >&2
exit 1
