#!/usr/bin/env bash
# Looks whether this machine has what a build needs, and says in one sentence what is missing and how to get it.
# Root on a Debian-like machine gets the C compiler installed: the bundled SQLite and the cryptography are partly C.
set -eu

fail() { echo "set-up: $*" >&2; exit 1; }

# at_least HAVE WANTED: compares versions.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

here=$(cd "$(dirname "$0")/../.." && pwd)
rust_wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$here/Cargo.toml")
node_wanted=$(sed -n 's/.*"node": ">=\([0-9.]*\)".*/\1/p' "$here/services/web/app/package.json")

command -v cargo >/dev/null || fail "Rust was not found: install Rust $rust_wanted or newer, as https://rustup.rs says."
rust=$(rustc --version | cut -d ' ' -f 2)
at_least "$rust" "$rust_wanted" || fail "Rust $rust is too old: Lysbro needs $rust_wanted or newer (rustup update stable)."

command -v node >/dev/null || fail "Node.js was not found: install version $node_wanted or newer, as https://nodejs.org says."
node=$(node --version | tr -d v)
at_least "$node" "$node_wanted" || fail "Node.js $node is too old: Lysbro needs $node_wanted or newer."
command -v npm >/dev/null || fail "npm was not found: it comes with Node.js; install it too (on Debian and Ubuntu: apt-get install npm)."

if ! command -v cc >/dev/null; then
    remedy="install it (on Debian and Ubuntu: apt-get install build-essential)"
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then fail "a C compiler (cc) was not found: $remedy."; fi
    echo "set-up: a C compiler was not found; installing the distribution's package" >&2
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends build-essential; } >&2 ||
        fail "the installation failed: $remedy."
fi
