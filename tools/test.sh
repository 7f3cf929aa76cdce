#!/usr/bin/env bash
# Runs tests, acceptance tests among them, with the Terraform CLI that find-cli.sh finds, and summarizes them.
# Usage: tools/test.sh [-allow-skips] GO_TEST_ARGUMENT...
set -euo pipefail
cd "$(dirname "$0")/.."

summary=()
if [[ $1 == -allow-skips ]]; then
  summary=(-allow-skips)
  shift
fi

cli=$(tools/find-cli.sh)
version=$("$cli" version 2>/dev/null | head -n 1)
echo "with $version ($cli)"
export TF_ACC=1 TF_ACC_TERRAFORM_PATH=$cli
if [[ $version == OpenTofu* ]]; then
  export TF_ACC_PROVIDER_NAMESPACE=hashicorp TF_ACC_PROVIDER_HOST=registry.opentofu.org
fi

mkdir -p .work/bin
go build -o .work/bin/testsummary ./tools/testsummary
go test -json -timeout 20m "$@" | .work/bin/testsummary ${summary[@]+"${summary[@]}"}
