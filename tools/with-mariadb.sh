#!/usr/bin/env bash
# Runs a command with MARIADB_URI set to a new, empty MariaDB database on a Unix socket, and MARIADB_PID to its server's
# process, and removes the database afterwards. Names in it are compared as the server does it by default: without letter
# case, accents and trailing spaces. MARIADB_COLLATION names another collation. Root runs the server as mysql, or else as
# nobody, and installs the packages mariadb-server-core and mariadb-client-core of Debian or Ubuntu if programs are missing.
# Usage: tools/with-mariadb.sh COMMAND...
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
source "$root/tools/process-group.sh"
source "$root/tools/unprivileged.sh"

# Distributions keep the server program off PATH. These packages have programs alone: they start no service. The client's has
# a program that the installation of a database needs.
packages=(mariadb-server-core mariadb-client-core)
export PATH=$PATH:/usr/sbin:/usr/local/sbin
has_programs() {
  command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null && command -v my_print_defaults >/dev/null
}
if ! has_programs && ((EUID == 0)) && command -v apt-get >/dev/null; then
  echo "installing MariaDB" >&2
  {
    apt-get -q -o DPkg::Lock::Timeout=120 update &&
      DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 install -y --no-remove --no-install-recommends "${packages[@]}"
  } >&2 </dev/null || true
fi
if ! has_programs; then
  echo "with-mariadb: mariadbd, mariadb-install-db or my_print_defaults was not found: install MariaDB's server programs (on Debian: ${packages[*]})" >&2
  exit 1
fi

folder=$(mktemp -d)
command=
server=
finish() {
  stop_group "$command"
  stop_group "$server"
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

choose_account "$folder" mysql
cat >"$folder/init.sql" <<'SQL'
CREATE DATABASE mlflow;
CREATE USER mlflow@localhost;
GRANT ALL ON mlflow.* TO mlflow@localhost;
SQL

# The programs want to be in a folder that their account may read. utf8mb4_general_ci is what Debian's configuration says.
cd "$folder"
fail() {
  cat install.log server.log >&2
  exit 1
}
touch server.log
${as[@]+"${as[@]}"} mariadb-install-db --no-defaults --datadir="$folder/data" --auth-root-authentication-method=normal \
  --skip-test-db >install.log 2>&1 </dev/null || fail
start_group ${as[@]+"${as[@]}"} mariadbd --no-defaults --datadir="$folder/data" --socket="$folder/socket" --skip-networking \
  --pid-file="$folder/data/pid" --init-file="$folder/init.sql" --character-set-server=utf8mb4 \
  --collation-server="${MARIADB_COLLATION:-utf8mb4_general_ci}" --max-connections=200 --innodb-flush-log-at-trx-commit=0 \
  >server.log 2>&1 </dev/null
server=$started
for ((tries = 0; ; tries++)); do
  ! grep -q 'ready for connections' server.log || break
  ((tries < 600)) && kill -0 "$server" 2>/dev/null || fail
  sleep 0.1
done
cd "$OLDPWD"

export MARIADB_URI="mysql+pymysql://mlflow@localhost/mlflow?unix_socket=$folder/socket" MARIADB_PID=$server
start_group "$@"
command=$started
status=0
wait "$command" || status=$?
command=
exit "$status"
