#!/usr/bin/env bash
# Races Terraform runs, engines and scripts on the embedded registry and on MLflow, and prints a table of what came of it.
# FAULTS=1 lets faults happen, and races registrations as well; SEED=NUMBER draws the faults of that number. Races of engines
# have ten times the rounds, and with faults three times: these take longer.
# Usage: [FAULTS=1] [SEED=NUMBER] tools/race.sh PROVIDER MLFLOW_VERSION ROUNDS CLIENTS [embedded|sqlite|postgres...]
set -euo pipefail
cd "$(dirname "$0")/.."

provider=$1 version=$2 rounds=$3 clients=$4
shift 4
cli=$(tools/find-cli.sh)
mkdir -p .work/bin
go build -o .work/bin/race ./tools/race

table=.work/race.md
rm -f "$table"
trap '[[ ! -f $table ]] || cat "$table"' EXIT
race=(.work/bin/race -terraform "$cli" -provider "$provider" -rounds "$rounds" -clients "$clients" -table "$table")
if [[ -n ${FAULTS:-} ]]; then
  race+=(-faults -engine-rounds $((3 * rounds)))
  [[ -z ${SEED:-} ]] || race+=(-seed "$SEED")
fi

(($# > 0)) || set -- embedded sqlite postgres
for where in "$@"; do
  case $where in
  embedded) MLREGISTRY_TEST_URI='' "${race[@]}" -registry embedded ;;
  sqlite) tools/with-mlflow.sh "$version" sqlite "${race[@]}" -registry "MLflow $version, SQLite" ;;
  postgres) tools/with-mlflow.sh "$version" postgres "${race[@]}" -registry "MLflow $version, PostgreSQL" ;;
  *) echo "race: no registry $where" >&2 && exit 2 ;;
  esac
done
