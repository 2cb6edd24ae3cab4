#!/bin/sh
# Installs `guide` for this user: programs, manual, completions, themes, systemd's user units and a menu entry. Run again
# it upgrades. docs/install.md says what goes where.
#
#   ./install.sh                  build what lies beside this and install it into ~/.local
#   ./install.sh --from PLACE     install what was built elsewhere, its checksums compared: a folder, a .tar.gz with its
#                                 .sha256, or the https address of either
#   ./install.sh --prefix DIR     install into DIR instead of ~/.local
#   ./install.sh --no-daemon      leave the daemon and systemd alone
#   ./install.sh --demo           then open the demo (without a terminal: check it and say what was checked)
#   ./install.sh --pack DIR       lay out DIR for --from instead of installing
#   ./install.sh --built DIR      the programs lie in DIR: nothing is built
#   ./install.sh --uninstall      remove what was installed; records and settings stay
#   ./install.sh --uninstall --purge   remove these too; refused where headquarters lacks a record, unless --yes
#   ./install.sh --dry-run        with any of these: say what would be done, and do nothing
#
# It never uses sudo and never edits a shell's start-up files.
set -eu

programs="guide guided guide-hub"
prefix=
from=
pack=
built=
work=install
demo=no
daemon=yes
purge=no
yes=no
dry_run=no
# what is taken back or removed at the end, however it comes
scratch=
new=
before=
swapped=no

# --- words ---------------------------------------------------------------------------------------------------------

case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in zh*) lang=zh ;; *) lang=en ;; esac

say() { # say CHINESE ENGLISH
  if [ "$lang" = zh ]; then printf '%s\n' "$1"; else printf '%s\n' "$2"; fi
}
line() { printf '  %s\n' "$*"; }
warn() { say "$@" >&2; }
fail() { # fail CHINESE ENGLISH [CODE]
  printf 'install.sh: ' >&2
  say "$1" "$2" >&2
  exit "${3:-1}"
}
usage() { sed -n '2,18s/^# \{0,1\}//p' "$0"; }

# --- small tools ---------------------------------------------------------------------------------------------------

has() { command -v "$1" >/dev/null 2>&1; }

absolute() { case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s\n' "$PWD/$1" ;; esac; }

xdg() { # xdg VALUE DEFAULT: a folder of the user's; a relative one does not count
  case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s\n' "$HOME/$2" ;; esac
}

sha256() { # sha256 FILE
  if has sha256sum; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

need_sha256() {
  has sha256sum || has shasum ||
    fail "需要 sha256sum 或 shasum 来核对校验和" "sha256sum or shasum is needed to compare checksums"
}

scratch_folder() {
  # short: the path of a socket below it has 100 bytes at most
  [ -n "$scratch" ] || scratch=$(mktemp -d /tmp/guide-install.XXXXXX)
}

cleanup() {
  code=$?
  trap - EXIT
  [ "$swapped" = no ] || put_back
  [ -z "$new" ] || rm -rf "$new"
  [ -z "$before" ] || rm -rf "$before"
  if [ -n "$scratch" ]; then
    # folders of an installation that did not begin
    if [ -f "$scratch/noted" ]; then
      sed -n 's/^folder //p' "$scratch/noted" | LC_ALL=C sort -r | while IFS= read -r folder; do
        rmdir "$folder" 2>/dev/null || true
      done
    fi
    rm -rf "$scratch"
  fi
  exit "$code"
}

# --- building and packing ------------------------------------------------------------------------------------------

build() {
  [ -f Cargo.toml ] || fail "这里没有源代码：用 --from 指定安装来源" "there are no sources here: say where from with --from"
  has cargo || fail "缺少 Rust：先从 https://rustup.rs 安装（1.95 或更新），再运行一次" \
    "Rust is missing: install it from https://rustup.rs (version 1.95 or later), then run this again"
  has cc || install_compiler
  say "正在编译（第一次要几分钟）…" "building (a few minutes the first time) …"
  cargo build --release --locked -p guide -p guided -p guide-hub
  built=${CARGO_TARGET_DIR:-target}/release
}

install_compiler() {
  if [ "$(id -u)" = 0 ] && has apt-get; then
    say "正在安装 gcc（编译 SQLite 用）…" "installing gcc, which builds SQLite …"
    apt-get update -qq
    apt-get install -y -qq gcc libc6-dev
  else
    fail "缺少 C 编译器（编译 SQLite 用）：apt-get install gcc libc6-dev，再运行一次" \
      "a C compiler is missing, which builds SQLite: apt-get install gcc libc6-dev, then run this again"
  fi
}

lay_out() { # lay_out DIR: everything that is installed, as --from expects it
  out=$1
  for folder in bin share/man/man1 share/bash-completion/completions share/zsh/site-functions \
    share/fish/vendor_completions.d share/applications lib/systemd/user lib/guide/themes; do
    mkdir -p "$out/$folder"
  done
  for program in $programs; do
    [ -f "$built/$program" ] || fail "$built 里没有 $program" "$built has no $program"
    cp "$built/$program" "$out/bin/$program"
    chmod 755 "$out/bin/$program"
  done
  # in a home of its own: the user's settings are no matter here
  scratch_folder
  own_guide() { GUIDE_HOME="$scratch/pack" "$out/bin/guide" --lang zh "$@"; }
  own_guide man --dir "$out/share/man/man1"
  "$out/bin/guided" man "$out/share/man/man1"
  "$out/bin/guide-hub" man "$out/share/man/man1"
  own_guide completions bash >"$out/share/bash-completion/completions/guide"
  own_guide completions zsh >"$out/share/zsh/site-functions/_guide"
  own_guide completions fish >"$out/share/fish/vendor_completions.d/guide.fish"
  cp tui/desktop/guide.desktop "$out/share/applications/"
  cp daemon/systemd/guided.service daemon/systemd/guided.socket "$out/lib/systemd/user/"
  cp themes/*.toml "$out/lib/guide/themes/"
  cp install.sh "$out/"
  rm -f "$out/SHA256SUMS"
  (cd "$out" && find . -type f | sed 's|^\./||' | LC_ALL=C sort >"$scratch/names" &&
    while IFS= read -r name; do printf '%s  %s\n' "$(sha256 "$name")" "$name"; done <"$scratch/names" >SHA256SUMS)
}

pack_it() {
  need_sha256
  if [ -d "$pack" ] && [ -n "$(ls -A "$pack")" ] && [ ! -f "$pack/SHA256SUMS" ]; then
    fail "$pack 不是空的：换一个文件夹" "$pack is not empty: name another folder"
  fi
  if [ "$dry_run" = yes ]; then
    say "会在 $pack 里放好程序、手册、补全和校验和" "would lay out programs, manual, completions and checksums in $pack"
    return
  fi
  [ -n "$built" ] || build
  rm -rf "$pack"
  lay_out "$pack"
  say "已放好：$pack（用 install.sh --from 安装）" "laid out: $pack (install it with install.sh --from)"
}

# --- where it comes from -------------------------------------------------------------------------------------------

is_loopback() {
  case $1 in
    http://127.0.0.1[:/]* | http://localhost[:/]* | "http://[::1]"[:/]*) return 0 ;;
    *) return 1 ;;
  esac
}

check_address() {
  case $1 in
    *@*) fail "网址里不能有 @：$1" "an address must not hold an @: $1" ;;
    https://*) ;;
    http://*) is_loopback "$1" || fail "不用明文 http 下载：改用 https" "nothing is fetched over plain http: use https" ;;
  esac
}

fetch() { # fetch ADDRESS FILE
  if has curl; then
    if is_loopback "$1"; then protocols="=http"; else protocols="=https"; fi
    curl -fsSL --proto "$protocols" --proto-redir "$protocols" -o "$2" "$1"
  elif has wget; then
    wget -q --max-redirect=0 -O "$2" "$1"
  else
    fail "下载需要 curl 或 wget" "curl or wget is needed to fetch that"
  fi || fail "下载失败：$1" "cannot fetch $1"
}

unpack() { # unpack ARCHIVE CHECKSUM-FILE: into $stage, once its checksum is right
  expected=$(sed -n '1s/^\([0-9a-fA-F]\{64\}\).*/\1/p' "$2" | tr A-F a-f)
  if [ -z "$expected" ] || [ "$(sha256 "$1")" != "$expected" ]; then
    fail "校验和不符，什么都没有安装：$1" "the checksum is wrong, nothing was installed: $1"
  fi
  if tar -tzf "$1" | grep -Eq '^/|(^|/)\.\.(/|$)'; then
    fail "压缩包里有越界的路径：$1" "the archive holds paths that lead out of it: $1"
  fi
  mkdir -p "$scratch/unpacked"
  tar -xzf "$1" -C "$scratch/unpacked"
  for stage in "$scratch/unpacked" "$scratch"/unpacked/*; do
    if [ -f "$stage/SHA256SUMS" ]; then return 0; fi
  done
  fail "压缩包里没有 SHA256SUMS：$1" "the archive has no SHA256SUMS: $1"
}

find_stage() {
  need_sha256
  case $from in
    https://*.tar.gz | http://*.tar.gz)
      check_address "$from"
      scratch_folder
      fetch "$from" "$scratch/archive.tar.gz"
      fetch "$from.sha256" "$scratch/archive.sha256"
      unpack "$scratch/archive.tar.gz" "$scratch/archive.sha256"
      ;;
    https://* | http://*)
      check_address "$from"
      scratch_folder
      stage=$scratch/fetched
      mkdir -p "$stage"
      fetch "${from%/}/SHA256SUMS" "$stage/SHA256SUMS"
      names_of "$stage"
      while IFS= read -r listed; do
        name=${listed#*  }
        mkdir -p "$(dirname "$stage/$name")"
        fetch "${from%/}/$name" "$stage/$name" </dev/null
      done <"$stage/SHA256SUMS"
      ;;
    *://*) fail "只能从文件夹、.tar.gz 或 https 网址安装" "it is installed from a folder, a .tar.gz or an https address" ;;
    *.tar.gz)
      if [ ! -f "$from" ] || [ ! -f "$from.sha256" ]; then
        fail "缺少 $from 或 $from.sha256" "$from or $from.sha256 is missing"
      fi
      scratch_folder
      unpack "$from" "$from.sha256"
      ;;
    *) stage=$from ;;
  esac
  [ -f "$stage/SHA256SUMS" ] || fail "$stage 里没有 SHA256SUMS：它由 install.sh --pack 生成" \
    "$stage has no SHA256SUMS: install.sh --pack makes it"
  names_of "$stage"
  compare "$stage"
}

names_of() { # names_of STAGE: the files that it lists, without install.sh, in $names
  if grep -Evq '^[0-9a-f]{64}  [A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$' "$1/SHA256SUMS"; then
    fail "$1/SHA256SUMS 里有不能识别的行" "$1/SHA256SUMS has a line that is not understood"
  fi
  names=$(cut -c 67- "$1/SHA256SUMS" | grep / || true)
  for program in $programs; do
    case "
$names
" in
      *"
bin/$program
"*) ;;
      *) fail "$1/SHA256SUMS 没有列出 bin/$program" "$1/SHA256SUMS does not list bin/$program" ;;
    esac
  done
}

compare() { # compare STAGE: what is there with what it should be
  while IFS= read -r listed; do
    name=${listed#*  }
    if [ ! -f "$1/$name" ] || [ "$(sha256 "$1/$name")" != "${listed%%  *}" ]; then
      fail "校验和不符，什么都没有安装：$name" "the checksum is wrong, nothing was installed: $name"
    fi
  done <"$1/SHA256SUMS"
}

# --- where it goes -------------------------------------------------------------------------------------------------

place_of() { # place_of NAME: where a file of the stage goes, in $place; empty for what is not installed here
  case $1 in
    bin/* | share/man/* | share/zsh/* | lib/guide/*) place=$prefix/$1 ;;
    # bash, fish, the menu and systemd look in the user's own folder only, whatever the prefix
    share/bash-completion/* | share/fish/* | share/applications/*) place=$user_share/${1#share/} ;;
    lib/systemd/user/*) if [ "$units" = yes ]; then place=$user_share/systemd/user/${1##*/}; else place=; fi ;;
    *) place= ;;
  esac
}

make_folder() { # makes a folder and those above it, and notes which were not there
  case $1 in / | "") return ;; esac
  if [ -d "$1" ]; then return; fi
  (make_folder "${1%/*}")
  mkdir "$1" 2>/dev/null || fail "建不了 $1：用 --prefix 换一个文件夹" "cannot make $1: choose another folder with --prefix"
  note "folder $1"
}

note() { # note LINE: keeps it in the receipt, from before the thing is there
  if [ ! -d "${receipt%/*}" ]; then
    printf '%s\n' "$1" >>"$scratch/noted"
    return
  fi
  if [ ! -f "$receipt" ]; then printf 'guide-receipt 1\n' >"$receipt"; fi
  if [ -f "$scratch/noted" ]; then
    cat "$scratch/noted" >>"$receipt"
    rm "$scratch/noted"
  fi
  grep -Fqx -- "$1" "$receipt" || printf '%s\n' "$1" >>"$receipt"
}

copy() { # copy FILE PLACE: beside its place first, then by a rename; a running program is never overwritten
  make_folder "${2%/*}"
  note "file $2"
  cp "$1" "$2.new"
  case $2 in
    */guide.desktop) filled Exec "\"$prefix/bin/guide\"" "$1" "$2.new" ;;
    */guided.service) filled ExecStart "\"$prefix/bin/guided\" run" "$1" "$2.new" ;;
  esac
  chmod 644 "$2.new"
  mv -f "$2.new" "$2"
}

filled() { # filled KEY VALUE FILE OUT: one key of a unit or menu entry with the place of the program
  while IFS= read -r entry || [ -n "$entry" ]; do
    case $entry in "$1="*) printf '%s=%s\n' "$1" "$2" ;; *) printf '%s\n' "$entry" ;; esac
  done <"$3" >"$4"
}

# --- the programs --------------------------------------------------------------------------------------------------

try_out() { # copies the programs beside their places and lets them show that they work on this machine
  make_folder "$bin"
  new=$bin/.guide.new
  rm -rf "$new"
  mkdir "$new"
  for program in $programs; do
    cp "$stage/bin/$program" "$new/$program"
    chmod 755 "$new/$program"
    "$new/$program" --version >"$scratch/version" 2>"$scratch/said" ||
      fail "$program 在这台机器上运行不了，什么都没有改动：$(tail -n 1 "$scratch/said")" \
        "$program does not run on this machine, nothing was changed: $(tail -n 1 "$scratch/said")"
  done
  version=$("$new/guide" --version)
  [ "$daemon" = yes ] || return 0
  # a daemon of its own in an empty home
  home=$scratch/home
  if ! GUIDE_HOME=$home "$new/guide" --lang "$lang" status >"$scratch/said" 2>&1; then
    GUIDE_HOME=$home "$new/guide" stop >/dev/null 2>&1 || true
    fail "新版的后台程序没有应答，什么都没有改动：$(tail -n 1 "$scratch/said")" \
      "the daemon of $version does not answer, nothing was changed: $(tail -n 1 "$scratch/said")"
  fi
  GUIDE_HOME=$home "$new/guide" stop >/dev/null
}

swap() {
  before=$bin/.guide.before
  rm -rf "$before"
  mkdir "$before"
  for program in $programs; do
    note "file $bin/$program"
    if [ -f "$bin/$program" ]; then cp -p "$bin/$program" "$before/$program"; fi
  done
  swapped=yes
  for program in $programs; do mv -f "$new/$program" "$bin/$program"; done
}

place_units() { # systemd needs them before it listens
  for name in $names; do
    case $name in lib/systemd/*) place_of "$name" ;; *) continue ;; esac
    if [ -z "$place" ]; then continue; fi
    if [ -f "$place" ] && [ ! -f "$before/${name##*/}" ]; then cp -p "$place" "$before/${name##*/}"; fi
    copy "$stage/$name" "$place"
  done
}

put_back() { # the programs and units as they were before
  swapped=no
  for program in $programs; do
    if [ -f "$before/$program" ]; then
      cp -p "$before/$program" "$before/$program.back"
      mv -f "$before/$program.back" "$bin/$program"
    else
      rm -f "$bin/$program"
    fi
  done
  for unit in guided.service guided.socket; do
    if [ -f "$before/$unit" ]; then cp -p "$before/$unit" "$user_share/systemd/user/$unit"; fi
  done
}

put_forward() {
  for program in $programs; do
    cp -p "$scratch/kept/$program" "$bin/.$program.new"
    mv -f "$bin/.$program.new" "$bin/$program"
  done
  place_units
}

answers() { # whether the daemon of what is installed serves this user's folders
  if "$bin/guide" stop --json >"$scratch/stop" 2>/dev/null && grep -q '"served": true' "$scratch/stop"; then served=yes; fi
  # a terminal that records nothing yet has nothing that could keep the daemon from serving: it stays as empty as it was
  if [ "$served" = no ] && [ "$manager" = no ] && [ -z "$(ls -A "$data/guides" 2>/dev/null)" ]; then return 0; fi
  listen
  "$bin/guide" --lang "$lang" status >"$scratch/said" 2>&1
}

restart() {
  served=no
  if answers; then
    # none ran before, and none is left running
    if [ "$served" = no ] && [ "$manager" = no ]; then "$bin/guide" stop >/dev/null 2>&1 || true; fi
    return
  fi
  reason=$(grep -v '^$' "$scratch/said" | head -n 1)
  if [ ! -f "$before/guide" ]; then
    warn "已安装，但后台程序不能为这个用户服务：$reason" "installed, but the daemon cannot serve this user: $reason"
    return
  fi
  mkdir -p "$scratch/kept"
  for program in $programs; do cp -p "$bin/$program" "$scratch/kept/"; done
  put_back
  if answers; then
    fail "新版的后台程序没有应答，已换回原来的程序：$reason" "the new daemon does not answer: $reason
the programs are those from before"
  fi
  # it is not the new version's fault
  put_forward
  warn "后台程序不能为这个用户服务，换版本之前也是这样：$reason" "the daemon cannot serve this user, nor could the one before: $reason"
}

# --- systemd -------------------------------------------------------------------------------------------------------

look_for_systemd() {
  units=no
  manager=no
  has systemctl || return 0
  # the units know nothing of GUIDE_HOME
  [ -z "${GUIDE_HOME:-}" ] || return 0
  units=yes
  [ "$daemon" = yes ] || return 0
  if systemctl --user show-environment >/dev/null 2>&1; then manager=yes; fi
}

listen() { # lets systemd listen, where it does; the daemon that served has stopped
  [ "$manager" = yes ] || return 0
  systemctl --user daemon-reload
  systemctl --user reset-failed guided.service guided.socket >/dev/null 2>&1 || true
  systemctl --user enable --quiet guided.socket guided.service
  systemctl --user start guided.socket
}

# --- installing ----------------------------------------------------------------------------------------------------

install_it() {
  look_for_systemd
  if [ "$dry_run" = yes ]; then
    foretell
    return
  fi
  scratch_folder
  if [ -z "$from" ]; then
    [ -n "$built" ] || build
    stage=$scratch/stage
    mkdir "$stage"
    lay_out "$stage"
    names_of "$stage"
  else
    find_stage
  fi
  try_out
  make_folder "$own"
  if [ -f "$receipt" ]; then cp "$receipt" "$scratch/receipt.before"; fi
  swap
  place_units
  if [ "$daemon" = yes ]; then restart; fi
  swapped=no
  # the rest goes with programs that have shown that they work
  for name in $names; do
    case $name in bin/* | lib/systemd/*) continue ;; esac
    place_of "$name"
    [ -z "$place" ] || copy "$stage/$name" "$place"
  done
  (drop_old_files)
  say "已安装 $version：$prefix" "installed $version in $prefix"
  advise
}

foretell() {
  case $from in
    "") say "会编译 guide、guided 和 guide-hub，并安装到 $prefix" "would build guide, guided and guide-hub, and install them in $prefix" ;;
    *://* | *.tar.gz)
      check_address "$from"
      say "会取来 $from，核对校验和，安装到 $prefix" "would take $from, compare its checksums, and install it in $prefix"
      ;;
    *)
      find_stage
      for name in $names; do
        place_of "$name"
        [ -z "$place" ] || say "会安装 $place" "would install $place"
      done
      ;;
  esac
  [ "$daemon" = no ] || say "会重新启动后台程序，并检查它的应答" "would restart the daemon, and see that it answers"
  [ "$manager" = no ] || say "会启用 guided.socket" "would enable guided.socket"
}

# What an earlier version installed and this one does not have.
drop_old_files() {
  [ -f "$scratch/receipt.before" ] || return 0
  # units that were not written this time stay
  units=yes
  for name in $names; do
    place_of "$name"
    printf 'file %s\n' "$place"
  done >"$scratch/now"
  grep '^file ' "$scratch/receipt.before" >"$scratch/then" || return 0
  while IFS= read -r entry; do
    if grep -Fqx -- "$entry" "$scratch/now"; then continue; fi
    rm -f "${entry#file }"
    grep -Fvx -- "$entry" "$receipt" >"$scratch/receipt"
    cp "$scratch/receipt" "$receipt"
  done <"$scratch/then"
}

advise() {
  case ":$PATH:" in
    *":$bin:"*) ;;
    *)
      say "要直接输入命令名，请把这一行加进 shell 的启动文件：" "to call them by name, add this line to your shell's start-up file:"
      line "export PATH=\"$bin:\$PATH\""
      ;;
  esac
  case ${SHELL:-} in
    */zsh)
      say "zsh 补全：在 .zshrc 的 compinit 之前加上" "completions of zsh: in .zshrc, before compinit"
      line "fpath=(\"$prefix/share/zsh/site-functions\" \$fpath)"
      ;;
  esac
  if [ "$units" = yes ] && [ "$manager" = no ]; then
    say "让 systemd 启动后台程序（登录后运行）：" "to have systemd start the daemon, once logged in:"
    line "systemctl --user daemon-reload && systemctl --user enable --now guided.socket guided.service"
  fi
  if [ "$manager" = yes ]; then
    say "退出登录后也继续同步：" "to go on with sync after logout:"
    line "loginctl enable-linger"
  fi
}

open_demo() {
  if [ "$dry_run" = yes ]; then
    say "会打开演示" "would open the demo"
  elif [ -t 0 ] && [ -t 1 ]; then
    "$bin/guide" demo
  else
    say "这里没有终端：改为检查演示" "no terminal here: checking the demo instead of opening it"
    "$bin/guide" demo --check
  fi
}

# --- removing ------------------------------------------------------------------------------------------------------

uninstall_it() {
  look_for_systemd
  if [ "$purge" = yes ]; then may_purge; fi
  if [ ! -f "$receipt" ]; then
    say "$prefix 里没有安装过 guide" "guide is not installed in $prefix"
  elif [ "$dry_run" = yes ]; then
    sed -n 's/^file //p' "$receipt" | while IFS= read -r file; do say "会删除 $file" "would remove $file"; done
  else
    stop_it
    remove_files
    say "已卸载 guide：$prefix" "guide is uninstalled from $prefix"
  fi
  if [ "$purge" = yes ]; then
    remove_data
  elif [ -e "$data" ]; then
    say "记录和设置还在：$data" "records and settings stay: $data"
  fi
}

stop_it() {
  if [ "$manager" = yes ]; then
    systemctl --user disable --quiet --now guided.socket guided.service >/dev/null 2>&1 || true
  fi
  if [ "$daemon" = no ] && [ "$purge" = no ]; then return; fi
  if [ ! -x "$bin/guide" ] || "$bin/guide" stop >/dev/null 2>&1; then return; fi
  if [ "$purge" = yes ]; then
    fail "后台程序没有停止，什么都没有删除：它带着自己的选项启动，或没有应答" \
      "the daemon was not stopped, nothing was removed: it has options of its own, or does not answer"
  fi
  warn "后台程序没有停止：它带着自己的选项启动，或没有应答" "the daemon was not stopped: it has options of its own, or does not answer"
}

remove_files() {
  scratch_folder
  cp "$receipt" "$scratch/receipt"
  sed -n 's/^file //p' "$scratch/receipt" | while IFS= read -r file; do rm -f "$file"; done
  rm -f "$receipt"
  # the deepest first; one in which something else lies stays
  sed -n 's/^folder //p' "$scratch/receipt" | LC_ALL=C sort -r | while IFS= read -r folder; do
    rmdir "$folder" 2>/dev/null || true
  done
  if [ "$manager" = yes ]; then systemctl --user daemon-reload || true; fi
}

may_purge() {
  if [ -n "${GUIDE_HOME:-}" ]; then
    fail "GUIDE_HOME 指向 $GUIDE_HOME：请自己删除这个文件夹" "GUIDE_HOME is $GUIDE_HOME: remove that folder yourself" 3
  fi
  [ -n "$(ls -A "$data/guides" 2>/dev/null)" ] || return 0
  if [ "$dry_run" = yes ]; then
    say "会先查看总部还没收到哪些记录" "would look first which records headquarters lacks"
    return
  fi
  scratch_folder
  missing=unknown
  if [ -x "$bin/guide" ] && "$bin/guide" status --json >"$scratch/status" 2>/dev/null; then
    count() { sed -n "s/^ *\"$1\": \([0-9][0-9]*\),*\$/\1/p" "$scratch/status" | head -n 1; }
    n_unsent=$(count n_unsent)
    n_rejected=$(count n_rejected)
    if [ -n "$n_unsent" ]; then missing=$((n_unsent + ${n_rejected:-0})); fi
  fi
  case $missing in
    0) return ;;
    unknown) warn "不知道总部是否收到了全部记录" "whether headquarters has every record is not known" ;;
    *)
      warn "总部还没收到 $missing 条记录：" "headquarters lacks $missing records:"
      "$bin/guide" --lang "$lang" outbox >&2 || true
      ;;
  esac
  [ "$yes" = yes ] || fail "没有删除任何东西：先 guide sync now，或用 --yes 连同这些记录一起删除" \
    "nothing was removed: guide sync now first, or --yes, which gives these records up" 3
}

remove_data() {
  for folder in "$(xdg "${XDG_CONFIG_HOME:-}" .config)/guide" "$data" "$(xdg "${XDG_STATE_HOME:-}" .local/state)/guide"; do
    if [ ! -e "$folder" ]; then continue; fi
    if [ "$dry_run" = yes ]; then
      say "会删除 $folder" "would remove $folder"
    else
      rm -rf "$folder"
      say "已删除 $folder" "removed $folder"
    fi
  done
}

# -------------------------------------------------------------------------------------------------------------------

main() {
  while [ $# -gt 0 ]; do
    case $1 in
      --prefix | --from | --pack | --built)
        [ $# -ge 2 ] || fail "$1 后面要写文件夹" "$1 needs a folder" 2
        case $1 in --prefix) prefix=$2 ;; --from) from=$2 ;; --pack) work=pack pack=$2 ;; --built) built=$2 ;; esac
        shift
        ;;
      --prefix=*) prefix=${1#*=} ;;
      --from=*) from=${1#*=} ;;
      --demo) demo=yes ;;
      --no-daemon) daemon=no ;;
      --dry-run) dry_run=yes ;;
      --uninstall) work=uninstall ;;
      --purge) purge=yes ;;
      --yes) yes=yes ;;
      -h | --help) usage; exit 0 ;;
      *) usage >&2; fail "没有 $1 这个选项" "unknown option $1" 2 ;;
    esac
    shift
  done
  [ "$purge" = no ] || [ "$work" = uninstall ] || fail "--purge 要和 --uninstall 一起用" "--purge goes with --uninstall" 2
  [ -n "${HOME:-}" ] || fail "没有设置 HOME" "HOME is not set"
  prefix=$(absolute "${prefix:-$HOME/.local}")
  # it goes into units, menu entries and lines for the shell
  case $prefix in
    *[\"\\\$\`%:]* | *"
"*) fail "--prefix 里有不能用的字符：$prefix" "--prefix holds a character that cannot be used: $prefix" 2 ;;
  esac
  [ -z "$pack" ] || pack=$(absolute "$pack")
  [ -z "$built" ] || built=$(absolute "$built")
  case $from in "" | *://*) ;; *) from=$(absolute "$from") ;; esac
  bin=$prefix/bin
  own=$prefix/lib/guide
  receipt=$own/receipt
  user_share=$(xdg "${XDG_DATA_HOME:-}" .local/share)
  data=${GUIDE_HOME:+$GUIDE_HOME/data}
  data=${data:-$user_share/guide}
  cd "$(dirname "$0")"
  # what --pack laid out brings this file along
  if [ -z "$from" ] && [ -f SHA256SUMS ] && [ ! -f Cargo.toml ]; then from=$PWD; fi
  trap cleanup EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  case $work in
    pack) pack_it ;;
    uninstall) uninstall_it ;;
    install)
      install_it
      if [ "$demo" = yes ]; then open_demo; fi
      ;;
  esac
}

main "$@"
