#!/bin/sh
# Private PostgreSQL clusters for tests, each in a folder of its own and reachable through a Unix socket there only.
#
#   tests/postgres.sh start DIR     makes a cluster in DIR, which must be empty or missing, starts it, prints its URL
#   tests/postgres.sh stop DIR      stops it at once, by the process id that it noted; the folder stays
#   tests/postgres.sh bin           prints the folder of the server's programs
#
# Several can run side by side. PostgreSQL refuses root, which therefore runs it as the user postgres. What a cluster
# of tests holds is worth nothing after a power cut: it does without fsync, unless GUIDE_TEST_FSYNC=on.
set -eu

say() { printf '%s\n' "postgres.sh: $*" >&2; }

bin_folder() {
  for folder in /usr/lib/postgresql/*/bin "$(pg_config --bindir 2>/dev/null || true)"; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then
      printf '%s\n' "$folder"
      return 0
    fi
  done
  say "there is no PostgreSQL server here: install the package postgresql"
  return 1
}

as_server() { # as_server COMMAND…
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start() {
  dir=$1
  bin=$(bin_folder)
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  # the path of a socket has a limit of 107 bytes, its name included
  if [ "$(printf %s "$dir" | wc -c)" -gt 85 ]; then
    say "the path of $dir is too long for a socket: choose a shorter one"
    return 1
  fi
  if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || { say "there is no user postgres to run the server as"; return 1; }
    chown postgres "$dir"
    as_server test -x "$dir" || { say "the user postgres cannot reach $dir: chmod 711 the folders above it"; return 1; }
  fi
  chmod 700 "$dir"
  as_server "$bin/initdb" --pgdata="$dir/data" --username=postgres --auth=trust --encoding=UTF8 --no-locale \
    --no-sync >"$dir.initdb.log" 2>&1 || { cat "$dir.initdb.log" >&2; return 1; }
  rm -f "$dir.initdb.log"
  cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
max_connections = 400
fsync = ${GUIDE_TEST_FSYNC:-off}
CONF
  as_server "$bin/pg_ctl" --pgdata="$dir/data" --log="$dir/server.log" --wait --silent start >&2 </dev/null ||
    { cat "$dir/server.log" >&2; return 1; }
  printf 'postgres://postgres@localhost/postgres?host=%s\n' "$dir"
}

stop() {
  if [ -f "$1/data/postmaster.pid" ]; then
    # pg_ctl signals the process that this cluster itself noted, and no other
    as_server "$(bin_folder)/pg_ctl" --pgdata="$1/data" --mode=immediate --silent stop >&2 || true
  fi
}

case "${1:-} ${2:-}" in
  "start "?*) start "$2" ;;
  "stop "?*) stop "$2" ;;
  "bin ") bin_folder ;;
  *)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
