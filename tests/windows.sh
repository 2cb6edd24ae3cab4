#!/bin/sh
# Builds for 64-bit Windows (x86_64-pc-windows-gnu) on Linux, and tries the result under Wine.
#
#   tests/windows.sh              every check: what ./test.sh --windows runs
#   tests/windows.sh tools        makes compiler, linker and Wine ready, and nothing else
#   tests/windows.sh cargo ARGS…  cargo with ARGS for Windows, into target/windows
#   tests/windows.sh wine FILE ARGS…   runs a program that was built so
#   tests/windows.sh pack DIR     builds for release and lays out DIR for install.ps1
#
# The compiler is rustup's with its target for Windows, where that can be had. Else, on Debian, it is Debian's own, which
# is unpacked into a cache folder and not installed: it builds the standard library for Windows from its sources.
# Wine has no console window, no toasts and one user: these are not tried here.
set -eu
cd "$(dirname "$0")/.."

target=x86_64-pc-windows-gnu
tools=${XDG_CACHE_HOME:-$HOME/.cache}/guide-windows
debian=$tools/debian
packages="-p guide -p guided -p guide-hub -p guide-tests"

say() { printf '%s\n' "windows.sh: $*"; }
fail() {
  printf '%s\n' "windows.sh: $*" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }
wine_program() {
  for candidate in wine64 /usr/lib/wine/wine64 wine; do
    if has "$candidate"; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  return 1
}

# --- tools ---------------------------------------------------------------------------------------------------------

install_packages() { # install_packages NAME…: with apt, where that is allowed
  if [ "$(id -u)" != 0 ] || ! has apt-get; then
    fail "missing: $*; install them, then run this again"
  fi
  say "installing $*"
  apt-get install -y -qq "$@" >"$tools/apt.log" 2>&1 ||
    { apt-get update -qq && apt-get install -y -qq "$@"; } >"$tools/apt.log" 2>&1 ||
    { tail -n 5 "$tools/apt.log" >&2; fail "cannot install $*"; }
}

rustup_has_target() {
  has rustup || return 1
  rustup target list --installed 2>/dev/null | grep -qx "$target" && return 0
  timeout 120 rustup target add "$target" >/dev/null 2>&1
}

unpack_debian_compiler() {
  if [ -e "$debian/ready" ]; then return; fi
  has dpkg-deb || fail "rustup has no $target here, and this is no Debian: rustup target add $target"
  install_packages rust-web-src
  rm -rf "$debian"
  mkdir -p "$debian/packages/partial" "$debian/root"
  say "fetching Debian's compiler into $debian"
  apt-get install -y -qq --download-only -o Dir::Cache::archives="$debian/packages" rustc-web >"$tools/apt.log" 2>&1 ||
    { tail -n 5 "$tools/apt.log" >&2; fail "cannot fetch rustc-web"; }
  for package in "$debian"/packages/*.deb; do dpkg-deb -x "$package" "$debian/root"; done
  rm -rf "$debian/packages"
  sources=$(dpkg -L rust-web-src | grep -E '/rustc-[0-9.]+$' | head -n 1)
  [ -d "$sources/library" ] || fail "rust-web-src has no sources of the standard library"
  mkdir -p "$debian/root/usr/lib/rustlib/src"
  ln -sfn "$sources" "$debian/root/usr/lib/rustlib/src/rust"
  touch "$debian/ready"
}

# Rust's standard library asks bcryptprimitives.dll for random bytes. Wine has it from version 9 on: for an older one a
# library of the same name asks the function that came before it.
make_random_library() {
  if [ -e "$tools/bcryptprimitives.dll" ]; then return; fi
  cat >"$tools/random.c" <<'C'
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T n_bytes)
{
    return RtlGenRandom(bytes, (ULONG)n_bytes);
}
C
  x86_64-w64-mingw32-gcc -O2 -shared -o "$tools/bcryptprimitives.dll.new" "$tools/random.c" -ladvapi32
  mv "$tools/bcryptprimitives.dll.new" "$tools/bcryptprimitives.dll"
}

make_ready() {
  has cargo || fail "Rust is missing: install it from https://rustup.rs (version 1.95 or later)"
  mkdir -p "$tools"
  has x86_64-w64-mingw32-gcc || install_packages gcc-mingw-w64-x86-64-win32
  wine_program >/dev/null || install_packages wine64
  if rustup_has_target; then compiler=rustup; else
    compiler=debian
    unpack_debian_compiler
  fi
  make_random_library
}

# --- running -------------------------------------------------------------------------------------------------------

windows_cargo() { # windows_cargo VERB ARGS…
  verb=$1
  shift
  CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
  CARGO_TARGET_DIR=$folder
  # a build is made once: incremental data would only take disk
  CARGO_INCREMENTAL=0
  export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER CARGO_TARGET_DIR CARGO_INCREMENTAL
  if [ "$compiler" = rustup ]; then
    cargo "$verb" --target "$target" "$@"
    return
  fi
  # rustup's own cargo, past its proxy, which would set another compiler
  cargo=$(rustup which cargo 2>/dev/null || command -v cargo)
  LD_LIBRARY_PATH=$debian/root/usr/lib/x86_64-linux-gnu RUSTC=$debian/root/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
    "$cargo" "$verb" -Zbuild-std=std,panic_abort --target "$target" "$@"
}

under_wine() { # under_wine FILE ARGS…
  program=$1
  shift
  beside=$(dirname "$program")
  [ -e "$beside/bcryptprimitives.dll" ] || cp "$tools/bcryptprimitives.dll" "$beside/"
  # a Windows of its own, without the components that ask to be installed
  WINEPREFIX=$tools/prefix WINEDEBUG=${WINEDEBUG:--all} WINEDLLOVERRIDES="mscoree,mshtml=" RUST_BACKTRACE=0 \
    timeout "${WINDOWS_LIMIT:-600}" "$(wine_program)" "$program" "$@"
}

# Wine's server and services of this Windows stay a while: nothing of them is left behind.
stop_wine() {
  for server in wineserver /usr/lib/wine/wineserver64 /usr/lib/wine/wineserver; do
    if has "$server" && [ -d "$tools/prefix" ]; then
      WINEPREFIX=$tools/prefix "$server" -k >/dev/null 2>&1 || true
      return
    fi
  done
}

# --- checks --------------------------------------------------------------------------------------------------------

failed=no
check() { # check NAME COMMAND…: says how it ended and how long it took
  name=$1
  shift
  started=$(date +%s)
  if "$@" >"$folder/said" 2>&1; then
    say "ok: $name ($(($(date +%s) - started)) s)"
    grep -E '^test result:' "$folder/said" || true
  else
    say "FAILED: $name"
    cat "$folder/said"
    failed=yes
  fi
}

test_program() { # test_program NAME: the program of a library's or file's tests, as cargo named it
  sed -n "s|^ *Executable .*(\(.*[/\\\\]$1-[0-9a-f]*\.exe\))\$|\1|p" "$folder/built" | tail -n 1
}

tests_of() { # tests_of NAME ARGS…
  program=$(test_program "$1")
  [ -n "$program" ] || fail "no tests of $1 were built"
  shift
  under_wine "$program" "$@"
}

check_all() {
  make_ready
  mkdir -p "$folder"
  say "building with the compiler of $compiler"
  started=$(date +%s)
  # one set of packages, and tests in both, so that nothing is built twice with other features
  # shellcheck disable=SC2086
  windows_cargo build --profile quick --locked $packages --features guided/windowless --bins $test_files
  # shellcheck disable=SC2086
  windows_cargo test --profile quick --locked --no-run $packages --features guided/windowless --lib $test_files 2>&1 | tee "$folder/built"
  say "built ($(($(date +%s) - started)) s)"
  bin=$folder/$target/quick
  trap stop_wine EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  check "the tests of store and journal" tests_of guided store:: outbox::
  check "the other tests of the daemon" tests_of guided --skip store:: --skip outbox::
  check "the demo checks itself" under_wine "$bin/guide.exe" demo --check --lang en
  check "guide, guided and the pipe between them" tests_of windows
  check "what a guide records, enrolled and synced" tests_of recording
  export GUIDE_KILLS="${GUIDE_KILLS:-25}"
  check "$GUIDE_KILLS kills of the daemon" tests_of kills kills_of_the_daemon
  [ "$failed" = no ] || fail "some checks failed"
  say "all checks passed under $("$(wine_program)" --version 2>/dev/null | head -n 1)"
}

test_files="--test windows --test recording --test kills"
folder=${CARGO_TARGET_DIR:-$PWD/target}/windows

pack() { # pack DIR
  out=$1
  if [ -d "$out" ] && [ -n "$(ls -A "$out")" ] && [ ! -f "$out/SHA256SUMS" ]; then fail "$out is not empty"; fi
  make_ready
  windows_cargo build --release --locked -p guide -p guided -p guide-hub --features guided/windowless
  rm -rf "$out"
  mkdir -p "$out/bin" "$out/themes"
  for program in guide guided guidedw guide-hub; do cp "$folder/$target/release/$program.exe" "$out/bin/"; done
  cp themes/*.toml "$out/themes/"
  cp install.ps1 "$out/"
  (cd "$out" && find . -type f | sed 's|^\./||' | LC_ALL=C sort >"$folder/names" &&
    while IFS= read -r name; do sha256sum "$name"; done <"$folder/names" >SHA256SUMS)
  say "laid out: $out"
}

case ${1:-} in
  "") check_all ;;
  tools) make_ready ;;
  cargo)
    shift
    make_ready
    windows_cargo "$@"
    ;;
  wine)
    shift
    make_ready
    under_wine "$@"
    ;;
  pack)
    [ $# = 2 ] || fail "pack needs a folder"
    pack "$2"
    ;;
  *)
    sed -n '2,14s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac
