#!/bin/sh
# Runs every test; the hub's suite on SQLite and on a private PostgreSQL cluster. Installs what the tests need where it
# may, and says what it cannot.
#
#   ./test.sh            everything that CI runs
#   ./test.sh NAME…      only tests whose names contain NAME
#   ./test.sh --nightly  all of it, the laws over twenty more sets of random cases, the feeds' order over forty, and the
#                        hub's suite on serializable transactions (some minutes)
#   ./test.sh --windows  builds for Windows and runs the result under Wine (tests/windows.sh); nothing else
#   ./test.sh --kills    10,000 kills of the daemon, a sixth as many of the hub, and 1,000 power cuts (hours)
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
if [ "${1:-}" = --windows ]; then exec tests/windows.sh; fi
nightly=no
if [ "${1:-}" = --nightly ]; then
  nightly=yes
  shift
fi
need cc gcc "a C compiler builds SQLite" || exit 1

# nextest shows only what failing tests say
can_cut() {
  folder=$(mktemp -d /tmp/guide-cut.XXXXXX)
  (cd "$folder" && truncate -s 8M disk && mkfs.ext4 -q disk && mkdir m &&
    unshare --mount --pid --fork --mount-proc --kill-child mount -o loop disk m) >/dev/null 2>&1
  can=$?
  rm -rf "$folder"
  return "$can"
}
need mkfs.ext4 e2fsprogs "power is cut on a file system in a file" || true
need strace strace "a disk dies under the daemon" || say "ATTENTION: NO disk dies under the daemon"
need shellcheck shellcheck "the scripts are checked" || say "ATTENTION: NO script is checked"
need systemd-socket-activate systemd "systemd starts the daemon" || say "ATTENTION: systemd does NOT start the daemon"
if ! command -v cargo-deb >/dev/null 2>&1; then
  say "building cargo-deb, once: two minutes of one core (the Debian package is made and installed into a root of its own)"
  cargo install --quiet --locked cargo-deb || say "ATTENTION: there is no cargo-deb here: NO Debian package is made"
fi
need tmux tmux "a morning is walked in a pane of tmux" || say "ATTENTION: NO morning is walked in tmux"
need dbus-daemon dbus-daemon "reminders are shown by a server on a bus of its own" ||
  say "ATTENTION: NO reminder is shown on a desktop"
can_cut || say "ATTENTION: no disk in a file can be mounted here: NO power cut is tried"

if [ "${1:-}" = --kills ]; then
  cargo build --workspace --bins --locked
  GUIDE_KILLS=${GUIDE_KILLS:-10000} cargo test --locked -p guide-tests --test kills -- --nocapture --test-threads 1
  GUIDE_CUTS=${GUIDE_CUTS:-1000} cargo test --locked -p guide-tests --test power -- --nocapture
  exit 0
fi

# PostgreSQL's server without the cluster that Debian would make and leave running
need_postgres() {
  if tests/postgres.sh bin >/dev/null 2>&1; then return 0; fi
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing postgresql (the hub's suite runs on it too)"
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
      printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.conf
    install="apt-get install -y -qq -o Dpkg::Options::=--force-confold postgresql"
    DEBIAN_FRONTEND=noninteractive $install >/dev/null 2>&1 ||
      { apt-get update -qq && DEBIAN_FRONTEND=noninteractive $install; } >/dev/null 2>&1 || true
  fi
  tests/postgres.sh bin >/dev/null 2>&1
}

pg_folder=
stop_postgres() {
  if [ -n "$pg_folder" ]; then
    tests/postgres.sh stop "$pg_folder/one"
    rm -rf "$pg_folder"
    pg_folder=
  fi
}
trap stop_postgres EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# the end-to-end tests run the programs; all in one go, so that what both need is built once
cargo build --workspace --bins --tests --locked
"${CARGO_TARGET_DIR:-target}/debug/xtask" later-version

failed=no
unset GUIDE_HUB_TEST_POSTGRES
say "all tests, the hub's on SQLite"
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --workspace --locked --no-fail-fast -- "$@" || failed=yes
  cargo test --workspace --doc --locked --quiet || failed=yes
else
  cargo test --workspace --locked --no-fail-fast -- "$@" || failed=yes
fi

# hub_on_postgres URL NAME…: every test of the hub that opens a database through its tests' support
hub_on_postgres() {
  url=$1
  shift
  if cargo nextest --version >/dev/null 2>&1; then
    # the whole workspace is named, or its dependencies would be built anew with fewer features
    GUIDE_HUB_TEST_POSTGRES=$url cargo nextest run --workspace -E 'package(guide-hub) & kind(test)' --locked \
      --no-fail-fast --no-tests=pass -- "$@"
  else
    GUIDE_HUB_TEST_POSTGRES=$url cargo test -p guide-hub --test '*' --locked --no-fail-fast -- "$@"
  fi
}

if need_postgres; then
  pg_folder=$(mktemp -d /tmp/guide-pg.XXXXXX)
  chmod 711 "$pg_folder"
  pg_url=$(tests/postgres.sh start "$pg_folder/one")
  say "the hub's suite on PostgreSQL"
  hub_on_postgres "$pg_url" "$@" || failed=yes
  if [ "$nightly" = yes ]; then
    say "the hub's suite on PostgreSQL, serializable"
    hub_on_postgres "$pg_url&options=-c%20default_transaction_isolation%3Dserializable" "$@" || failed=yes
    say "the order of feeds, forty seeds on each engine"
    GUIDE_FEED_SEEDS=40 cargo test --quiet --locked -p guide-hub --test all order:: || failed=yes
    GUIDE_FEED_SEEDS=40 GUIDE_HUB_TEST_POSTGRES=$pg_url cargo test --quiet --locked -p guide-hub --test all order:: ||
      failed=yes
  fi
  stop_postgres
else
  say "ATTENTION: there is no PostgreSQL here and none could be installed: the hub was tested on SQLite ONLY"
fi
[ "$failed" = no ] || { say "some tests failed"; exit 1; }

# the README's pictures are what the program draws
if [ $# = 0 ]; then
  "${CARGO_TARGET_DIR:-target}/debug/xtask" screenshots --check
fi
if [ "$nightly" = yes ]; then
  say "the simulation, twice as long"
  GUIDE_SIM_STEPS=100000 cargo test --quiet --locked -p guide-tests --test simulation
  for seed in $(seq 1 20); do
    say "laws, seed $seed"
    PROPTEST_RNG_SEED=$seed cargo test --quiet --locked -p guide-common --test all -- laws:: oracle:: throttle::
  done
fi
say "all tests passed"
