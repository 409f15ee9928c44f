#!/usr/bin/env bash
# Prints the path of Rscript, with which the tests run the R of a study's bundle. Root on a Debian-like machine gets base R
# installed; anybody else is told how.
set -eu

command -v Rscript && exit 0
remedy="install it (on Debian and Ubuntu: apt-get install r-base-core)"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "r.sh: Rscript was not found; installing the distribution's package" >&2
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends r-base-core; } >&2 || true
    command -v Rscript && exit 0
fi
echo "r.sh: Rscript was not found: $remedy." >&2
exit 1
