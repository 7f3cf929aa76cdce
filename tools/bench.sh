#!/usr/bin/env bash
# Measures the provider on a new MLflow with PostgreSQL that is filled by SQL. Runs inside tools/with-mlflow.sh.
# Usage: tools/with-mlflow.sh VERSION postgres tools/bench.sh PROVIDER VERSION, with ONLY=names or QUICK=1 for a part,
# and REQUESTS=1 for a line for each request
set -euo pipefail
cd "$(dirname "$0")/.."

provider=$1 python=$(tools/install-mlflow.sh "$2")/bin/python
mkdir -p .work/bin .work/bench
for program in plain meter; do
  go build -ldflags '-s -w' -o ".work/bin/bench-$program" "./bench/$program"
done
go build -o .work/bin/bench ./bench
"$python" bench/fill.py 100 1000 5000 10000

arguments=(-results .work/bench/results.json -plot bench/plot.svg)
[[ -z ${QUICK:-} ]] || arguments=(-quick)
[[ -z ${REQUESTS:-} ]] || arguments+=(-requests)
.work/bin/bench -terraform "$(tools/find-cli.sh)" -provider "$provider" -plain .work/bin/bench-plain -meter .work/bin/bench-meter \
  -python "$python" -only "${ONLY:-}" "${arguments[@]}"
