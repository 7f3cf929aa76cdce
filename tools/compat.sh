#!/usr/bin/env bash
# Runs the acceptance tests on every version of MLflow (with SQLite) in $MLFLOW, on the newest MLflow with every database in
# $DATABASE, and with every Terraform and OpenTofu CLI in $TERRAFORM (on the embedded registry), one after the other, and writes
# the tables of the guide on compatibility from what came of it. A test may be skipped for what a version or a database lacks,
# except on the newest versions. Every run is made, also after one that failed.
# Usage: [MLFLOW="2.9.2 3.18.0"] [DATABASE="mariadb"] [TERRAFORM="1.8.4 tofu-1.12.6"] tools/compat.sh
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/versions.sh

mlflow=${MLFLOW-$COMPAT_MLFLOW}
databases=${DATABASE-$COMPAT_DATABASES}
terraform=${TERRAFORM-$COMPAT_TERRAFORM}
results=$PWD/.work/compat
export LAG=${LAG:-300}
mkdir -p "$results"
failed=()

# options NEWEST VERSION: nothing is lacking on the newest versions.
options() {
  [[ $1 == "$2" ]] || echo -allow-lacking
}

# run KIND VERSION COMMAND... makes one run, with what it prints in .work/compat/KIND-VERSION.log, too.
run() {
  local name=$1-$2
  shift 2
  printf '\n=== %s\n' "$name"
  rm -f "$results/$name.json"
  "$@" 2>&1 | tee "$results/$name.log" || failed+=("$name")
}

newest=${COMPAT_MLFLOW##* }
packages=(./internal/provider/... ./internal/mlflow/... ./internal/acctest/...)
for version in $mlflow; do
  cli=${TF_BIN:-}
  if [[ $version == "$newest" ]]; then # Nothing may be lacking there, neither on the server nor in the CLI.
    cli=$(tools/install-terraform.sh "$TERRAFORM_VERSION")
  fi
  # shellcheck disable=SC2046
  TF_BIN=$cli run mlflow "$version" tools/with-mlflow.sh "$version" sqlite tools/test.sh $(options "$newest" "$version") \
    "-results=$results/mlflow-$version.json" -count=1 "${packages[@]}"
done
for database in $databases; do
  run database "$database" tools/with-mlflow.sh "$newest" "$database" tools/test.sh -allow-lacking \
    "-results=$results/database-$database.json" -count=1 "${packages[@]}"
done
for version in $terraform; do
  if ! cli=$(tools/install-terraform.sh "$version"); then
    failed+=("terraform-$version")
    continue
  fi
  # shellcheck disable=SC2046
  TF_BIN=$cli run terraform "$version" tools/test.sh $(options "$TERRAFORM_VERSION" "$version") \
    "-results=$results/terraform-$version.json" -count=1 ./internal/provider/... ./internal/acctest/...
done

go run ./tools/compat -results "$results" -measured tools/compat/measured.json -guide templates/guides/compatibility.md
if ((${#failed[@]})); then
  echo "FAILED: ${failed[*]}" >&2
  exit 1
fi
