#!/usr/bin/env bash
# Sends the same random requests to the embedded registry and to the MLflow server at MLREGISTRY_TEST_URI, which must be
# empty, and says where the answers differ and which differences are known and justified.
# Usage: tools/with-mlflow.sh 3.18.0 sqlite tools/diff.sh REQUESTS [SEED]
set -euo pipefail
cd "$(dirname "$0")/.."

requests=${1:?how many requests?}
seed=${2:-1}
MLREGISTRY_DIFF_URI=$MLREGISTRY_TEST_URI MLREGISTRY_DIFF_REQUESTS=$requests MLREGISTRY_DIFF_SEED=$seed \
  go test -tags differential -run '^(TestAnswersAsMLflowDoes|TestSaysOfItselfWhatMLflowDoes)$' -count=1 -timeout 60m -v ./internal/embedded
