#!/bin/sh
# Builds `guide` and installs it for this user.
#
#   ./install.sh                  build and install guide, guided and guide-hub into ~/.local/bin
#   ./install.sh --prefix DIR     install into DIR/bin instead
#   ./install.sh --demo           then open the demo (without a terminal: check it and say what was checked)
#   ./install.sh --dry-run        say what would be done
#
# It never uses sudo and never edits a shell's start-up files.
set -eu

prefix=${HOME:-/usr/local}/.local
demo=no
dry_run=no

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
run() { if [ "$dry_run" = yes ]; then say "would run: $*"; else "$@"; fi; }

usage() { sed -n '2,9s/^# \{0,1\}//p' "$0"; }

build() {
  command -v cargo >/dev/null 2>&1 ||
    fail "Rust is missing: install it from https://rustup.rs (version 1.95 or later), then run this again"
  command -v cc >/dev/null 2>&1 || install_compiler
  say "building (a few minutes the first time) …"
  run cargo build --release --locked -p guide -p guided -p guide-hub
}

install_compiler() {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "installing gcc, which builds SQLite …"
    run apt-get update -qq
    run apt-get install -y -qq gcc libc6-dev
  else
    fail "a C compiler is missing, which builds SQLite: apt-get install gcc libc6-dev, then run this again"
  fi
}

# Each program is copied beside its place and renamed into it, so that a running one is never overwritten.
place() {
  bin=$prefix/bin
  run mkdir -p "$bin" || fail "cannot make $bin: choose another folder with --prefix"
  for program in guide guided guide-hub; do
    run cp "${CARGO_TARGET_DIR:-target}/release/$program" "$bin/.$program.new"
    run chmod 755 "$bin/.$program.new"
    run mv -f "$bin/.$program.new" "$bin/$program"
  done
  say "installed guide, guided and guide-hub in $bin"
  case ":$PATH:" in
    *":$bin:"*) ;;
    *) say "to call them by name, add this line to your shell's start-up file:"; say "  export PATH=\"$bin:\$PATH\"" ;;
  esac
}

open_demo() {
  if [ -t 0 ] && [ -t 1 ]; then
    run "$prefix/bin/guide" demo
  else
    say "no terminal here: checking the demo instead of opening it"
    run "$prefix/bin/guide" demo --check
  fi
}

main() {
  while [ $# -gt 0 ]; do
    case $1 in
      --prefix) [ $# -ge 2 ] || fail "--prefix needs a folder"; prefix=$2; shift ;;
      --prefix=*) prefix=${1#--prefix=} ;;
      --demo) demo=yes ;;
      --dry-run) dry_run=yes ;;
      -h | --help) usage; exit 0 ;;
      *) usage >&2; fail "unknown option $1" ;;
    esac
    shift
  done
  case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
  cd "$(dirname "$0")"
  build
  place
  if [ "$demo" = yes ]; then open_demo; fi
}

main "$@"
