#!/usr/bin/env bash
# Builds the release and runs the bench of pictures beside libvips: pyvips in an environment of its own with a libvips of its own,
# and vipsthumbnail from the distribution, which root on a Debian-like machine gets installed.
set -eu

here=$(cd "$(dirname "$0")/../.." && pwd)
cd "$here"
if ! command -v vipsthumbnail >/dev/null; then
    remedy="install it (on Debian and Ubuntu: apt-get install libvips-tools)"
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "bench-images.sh: the peer vipsthumbnail was not found: $remedy." >&2
        exit 1
    fi
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libvips-tools; } >&2
fi
PYTHON=$(tests/tools/python.sh images)
export PYTHON
cargo build --workspace --release
target/release/bench images
