#!/bin/sh
# Runs every test. Installs what the tests need where it may, and says what it cannot.
#
#   ./test.sh            everything that CI runs
#   ./test.sh NAME…      only tests whose names contain NAME
#   ./test.sh --nightly  all of it, and the laws over twenty more sets of random cases (some minutes)
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
nightly=no
if [ "${1:-}" = --nightly ]; then
  nightly=yes
  shift
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
if [ "$nightly" = yes ]; then
  for seed in $(seq 1 20); do
    say "laws, seed $seed"
    PROPTEST_RNG_SEED=$seed cargo test --quiet --locked -p guide-common --test laws --test oracle --test throttle
  done
fi
say "all tests passed"
