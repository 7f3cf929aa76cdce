#!/usr/bin/env bash
# Prints the path of a Python environment with MLflow and pytest, installing it under .work first if need be.
# Usage: tools/install-mlflow.sh [VERSION]
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/versions.sh

version=${1:-$MLFLOW_VERSION}
base=$(mlflow_base "$version")
read -ra pins <<<"$(mlflow_pins "$version")"
packages=("mlflow==$base" "${MLFLOW_EXTRAS[@]}" "$PYTEST" ${pins[@]+"${pins[@]}"} "$MARIADB_DRIVER")
[[ $base == "$version" ]] || packages+=(--no-deps "mlflow==$version")
tools/python-venv.sh "mlflow-$version" "${packages[@]}"
