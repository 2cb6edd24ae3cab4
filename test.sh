#!/bin/sh
# Runs every test. Installs what the tests need where it may, and says what it cannot.
#
#   ./test.sh            everything that CI runs
#   ./test.sh NAME…      only tests whose names contain NAME
set -eu
cd "$(dirname "$0")"

say() { printf '%s\n' "test.sh: $*"; }

need() { # need COMMAND DEBIAN-PACKAGE WHY
  if command -v "$1" >/dev/null 2>&1; then return 0; fi
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing $2 ($3)"
    if apt-get install -y -qq "$2" >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq "$2"; } >/dev/null 2>&1; then
      return 0
    fi
  fi
  say "cannot install $2 here: $3"
  return 1
}

if ! command -v cargo >/dev/null 2>&1; then
  say "Rust is missing: install it from https://rustup.rs (version 1.95 or later), then run this again"
  exit 1
fi
need cc gcc "a C compiler builds SQLite" || exit 1

# the end-to-end tests run these programs
cargo build --workspace --bins --locked

if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --workspace --locked --no-fail-fast -- "$@"
  cargo test --workspace --doc --locked --quiet
else
  cargo test --workspace --locked --no-fail-fast -- "$@"
fi

# the README's pictures are what the program draws
if [ $# = 0 ]; then
  cargo run --quiet --locked -p xtask -- screenshots --check
fi
say "all tests passed"
