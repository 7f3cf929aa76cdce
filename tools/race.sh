#!/usr/bin/env bash
# Races Terraform runs, engines and scripts on the embedded registry and on MLflow, and prints a table of what came of it.
# Usage: tools/race.sh PROVIDER MLFLOW_VERSION ROUNDS CLIENTS
set -euo pipefail
cd "$(dirname "$0")/.."

provider=$1 version=$2
cli=$(tools/find-cli.sh)
mkdir -p .work/bin
go build -o .work/bin/race ./tools/race

table=.work/race.md
rm -f "$table"
trap '[[ ! -f $table ]] || cat "$table"' EXIT
race=(.work/bin/race -terraform "$cli" -provider "$provider" -rounds "$3" -clients "$4" -table "$table")

MLREGISTRY_TEST_URI='' "${race[@]}" -registry embedded
tools/with-mlflow.sh "$version" sqlite "${race[@]}" -registry "MLflow $version, SQLite"
tools/with-mlflow.sh "$version" postgres "${race[@]}" -registry "MLflow $version, PostgreSQL"
