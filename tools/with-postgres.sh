#!/usr/bin/env bash
# Runs a command with POSTGRES_URI set to a new, empty PostgreSQL database on a Unix socket, and POSTGRES_PID to its server's
# process, and removes the database afterwards. PostgreSQL refuses to run as root: root runs it as postgres, or else as nobody.
# Usage: tools/with-postgres.sh COMMAND...
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
source "$root/tools/process-group.sh"

# Distributions keep the server programs off PATH.
programs=
for candidate in "$(dirname "$(command -v pg_ctl)")" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
  [[ ! -x $candidate/pg_ctl || ! -x $candidate/initdb ]] || programs=$candidate
done
if [[ -z $programs ]]; then
  echo "with-postgres: initdb and pg_ctl were not found: install the PostgreSQL server programs" >&2
  exit 1
fi

folder=$(mktemp -d)
command=
as=()
finish() {
  stop_group "$command"
  (cd "$folder" && ${as[@]+"${as[@]}"} "$programs/pg_ctl" stop -D data -m immediate >/dev/null 2>&1) || true
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if ((EUID == 0)); then
  account=nobody
  ! id postgres >/dev/null 2>&1 || account=postgres
  chown "$account" "$folder"
  if command -v setpriv >/dev/null; then
    as=(setpriv "--reuid=$account" "--regid=$(id -g "$account")" --clear-groups)
  else
    # shellcheck disable=SC2016
    as=(su -s /bin/sh "$account" -c '"$0" "$@"')
  fi
fi

# The programs want to be in a folder that their account may read.
cd "$folder"
{
  ${as[@]+"${as[@]}"} "$programs/initdb" -D data --username=mlflow --auth=trust --encoding=UTF8 --locale=C
  ${as[@]+"${as[@]}"} "$programs/pg_ctl" start -D data -l server.log -w -t 60 \
    -o "-k '$folder' -c listen_addresses= -c fsync=off -c max_connections=200"
} >start.log 2>&1 </dev/null || {
  cat start.log server.log >&2
  exit 1
}
cd "$OLDPWD"

export POSTGRES_URI="postgresql+psycopg2://mlflow@/postgres?host=$folder" POSTGRES_PID
POSTGRES_PID=$(head -n 1 "$folder/data/postmaster.pid")
start_group "$@"
command=$started
status=0
wait "$command" || status=$?
command=
exit "$status"
