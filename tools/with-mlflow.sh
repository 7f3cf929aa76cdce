#!/usr/bin/env bash
# Runs a command with MLREGISTRY_TEST_URI set to a new MLflow server, and stops the server afterwards. With sqlite
# MLREGISTRY_TEST_STORE_FILE is its database. APP=basic-auth gives it users: MLREGISTRY_TEST_ADMIN and
# MLREGISTRY_TEST_USER, as NAME:PASSWORD, are one who may do everything and one who has no rights of his own.
# WORKSPACES=1 (MLflow 3.10 or newer) switches workspaces on: MLREGISTRY_TEST_WORKSPACE is one.
# MLREGISTRY_TEST_SERVER_PIDS are the servers, MLflow and its database, whose children do the work. MLREGISTRY_TEST_BACKEND is
# the kind of database. postgres-replica (MLflow 3.13 or newer) is PostgreSQL from a replica of which MLflow answers all reads:
# it lags LAG milliseconds behind, which is MLREGISTRY_TEST_LAG, too. MLREGISTRY_TEST_FRESH_URI is then a second server that
# reads from the database itself.
# Usage: [APP=basic-auth] [WORKSPACES=1] [LAG=MILLISECONDS] tools/with-mlflow.sh VERSION sqlite|postgres|postgres-replica|mariadb COMMAND...
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
source "$root/tools/process-group.sh"

version=$1 backend=$2
case $backend in
postgres) [[ -n ${POSTGRES_URI:-} ]] || exec "$root/tools/with-postgres.sh" "$0" "$@" ;;
postgres-replica)
  export LAG=${LAG:-0}
  [[ -n ${POSTGRES_REPLICA_URI:-} ]] || REPLICA=1 exec "$root/tools/with-postgres.sh" "$0" "$@"
  ;;
mariadb) [[ -n ${MARIADB_URI:-} ]] || exec "$root/tools/with-mariadb.sh" "$0" "$@" ;;
esac
shift 2

folder=$(mktemp -d)
servers=()
command=
finish() {
  stop_group "$command"
  for server in ${servers[@]+"${servers[@]}"}; do
    stop_group "$server"
  done
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

options=()
export MLREGISTRY_TEST_BACKEND=$backend MLREGISTRY_TEST_LAG='' MLREGISTRY_TEST_FRESH_URI=''
case $backend in
sqlite)
  store=sqlite:///$folder/mlflow.db
  export MLREGISTRY_TEST_STORE_FILE=$folder/mlflow.db
  ;;
postgres) store=$POSTGRES_URI ;;
postgres-replica)
  store=$POSTGRES_URI
  MLREGISTRY_TEST_LAG=$LAG
  ;;
mariadb) store=$MARIADB_URI ;;
*) echo "with-mlflow: BACKEND is sqlite, postgres, postgres-replica or mariadb, not $backend" >&2 && exit 2 ;;
esac
venv=$("$root/tools/install-mlflow.sh" "$version")
if [[ $backend == postgres-replica ]]; then
  "$venv/bin/python" "$root/tools/mlflow_replica.py" "$store" "$POSTGRES_REPLICA_URI" "$folder/artifacts" >"$folder/log" 2>&1 || {
    tail -n 20 "$folder/log" >&2
    exit 1
  }
fi

export MLREGISTRY_TEST_ADMIN='' MLREGISTRY_TEST_USER='' MLREGISTRY_TEST_WORKSPACE=''
case ${APP:-} in
'') ;;
basic-auth)
  options+=(--app-name basic-auth)
  MLREGISTRY_TEST_ADMIN=admin:only-for-tests-1 MLREGISTRY_TEST_USER=terraform:only-for-tests-2
  # Passwords are hashed slowly, on purpose; MLflow 3.14 and newer can remember whom they have checked.
  cat >"$folder/auth.ini" <<EOF
[mlflow]
default_permission = READ
database_uri = sqlite:///$folder/auth.db
admin_username = ${MLREGISTRY_TEST_ADMIN%%:*}
admin_password = ${MLREGISTRY_TEST_ADMIN#*:}
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
auth_cache_ttl_seconds = 600
EOF
  export MLFLOW_AUTH_CONFIG_PATH=$folder/auth.ini MLFLOW_FLASK_SERVER_SECRET_KEY=only-for-tests
  ;;
*) echo "with-mlflow: APP is basic-auth or not set, not $APP" >&2 && exit 2 ;;
esac
if [[ -n ${WORKSPACES:-} ]]; then
  options+=(--enable-workspaces)
  MLREGISTRY_TEST_WORKSPACE=team-a
fi

# serve OPTION... starts a server, with its address in $uri, its process in $server and its log in $log. The port is free when it is chosen;
# should somebody take it before the server does, another is tried.
serve() {
  local port
  for _ in 1 2 3; do
    port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    uri=http://127.0.0.1:$port log=$folder/log-$port
    start_group env MLFLOW_DISABLE_TELEMETRY=true MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false \
      "$venv/bin/mlflow" server --host 127.0.0.1 --port "$port" --workers 2 \
      --backend-store-uri "$store" --default-artifact-root "$folder/artifacts" "$@" >"$log" 2>&1 </dev/null
    server=$started
    servers+=("$server")
    ! "$venv/bin/python" "$root/tools/wait_healthy.py" "$uri/health" "$server" || return 0
    stop_group "$server"
    grep -q 'ddress already in use' "$log" || break
  done
  echo "with-mlflow: MLflow $version on $backend did not start:" >&2
  tail -n 20 "$log" >&2
  exit 1
}

if [[ $backend == postgres-replica ]]; then
  serve ${options[@]+"${options[@]}"}
  export MLREGISTRY_TEST_FRESH_URI=$uri
  options+=(--read-replica-backend-store-uri "$POSTGRES_REPLICA_URI")
fi
serve ${options[@]+"${options[@]}"}
export MLREGISTRY_TEST_URI=$uri
"$venv/bin/python" "$root/tools/mlflow_users.py" "$MLREGISTRY_TEST_URI" \
  "$MLREGISTRY_TEST_ADMIN" "$MLREGISTRY_TEST_USER" "$MLREGISTRY_TEST_WORKSPACE"
echo "MLflow $version on $backend at $MLREGISTRY_TEST_URI ${options[*]-}"

export MLREGISTRY_TEST_SERVER_PIDS="${servers[*]} ${POSTGRES_PID:-}${MARIADB_PID:-}"
start_group "$@"
command=$started
status=0
wait "$command" || status=$?
command=
if ((status != 0)) && ! kill -0 "$server" 2>/dev/null; then
  echo "with-mlflow: the server ended while the command ran:" >&2
  tail -n 20 "$log" >&2
fi
exit "$status"
