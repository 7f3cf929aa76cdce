#!/usr/bin/env bash
# Runs a command with POSTGRES_URI set to a new, empty PostgreSQL database on a Unix socket, and POSTGRES_PID to its server's
# process, and removes the database afterwards. PostgreSQL refuses to run as root: root runs it as postgres, or else as nobody.
# With REPLICA=1 POSTGRES_REPLICA_URI is a streaming replica of it, which shows each transaction LAG milliseconds (0 if not
# set) after its commit.
# Usage: [REPLICA=1 [LAG=MILLISECONDS]] tools/with-postgres.sh COMMAND...
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
source "$root/tools/process-group.sh"
source "$root/tools/unprivileged.sh"

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
  for data in replica data; do
    (cd "$folder" && ${as[@]+"${as[@]}"} "$programs/pg_ctl" stop -D "$data" -m immediate >/dev/null 2>&1) || true
  done
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
choose_account "$folder" postgres

# run PROGRAM... runs one of PostgreSQL's programs.
run() { ${as[@]+"${as[@]}"} "$programs/$1" "${@:2}"; }

# The programs want to be in a folder that their account may read.
cd "$folder"
settings="-k '$folder' -c listen_addresses= -c fsync=off -c max_connections=200"
start() {
  run initdb -D data --username=mlflow --auth=trust --encoding=UTF8 --locale=C &&
    run pg_ctl start -D data -l server.log -w -t 60 -o "$settings" || return
  [[ -n ${REPLICA:-} ]] || return 0
  # Long reads of the replica hold up the primary's cleaning instead of being cancelled.
  run pg_basebackup -D replica -R -X stream -c fast -d "host=$folder user=mlflow" &&
    run pg_ctl start -D replica -l replica.log -w -t 60 \
      -o "$settings -p 5433 -c hot_standby_feedback=on -c recovery_min_apply_delay=${LAG:-0}ms"
}
start >start.log 2>&1 </dev/null || {
  tail -n +1 ./*.log >&2
  exit 1
}
cd "$OLDPWD"

export POSTGRES_URI="postgresql+psycopg2://mlflow@/postgres?host=$folder" POSTGRES_PID
POSTGRES_PID=$(head -n 1 "$folder/data/postmaster.pid")
[[ -z ${REPLICA:-} ]] || export POSTGRES_REPLICA_URI="$POSTGRES_URI&port=5433"
start_group "$@"
command=$started
status=0
wait "$command" || status=$?
command=
exit "$status"
