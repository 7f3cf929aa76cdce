#!/usr/bin/env bash
# Runs tests, acceptance tests among them, with the Terraform CLI that find-cli.sh finds, and summarizes them.
# Usage: tools/test.sh [-allow-skips] [-allow-lacking] [-results=FILE] GO_TEST_ARGUMENT... (see tools/testsummary)
set -euo pipefail
cd "$(dirname "$0")/.."

summary=()
while [[ $1 == -allow-skips || $1 == -allow-lacking || $1 == -results=* ]]; do
  summary+=("$1")
  shift
done

# The tests want nothing of the user's CLI configuration, and no look at whether the CLI is the newest.
mkdir -p .work/bin
: >.work/empty.tfrc
export TF_CLI_CONFIG_FILE=$PWD/.work/empty.tfrc CHECKPOINT_DISABLE=1

cli=$(tools/find-cli.sh)
version=$("$cli" version 2>/dev/null)
version=${version%%$'\n'*} # Not by head: it would break the CLI's pipe, at times.
echo "with $version ($cli)"
export TF_ACC=1 TF_ACC_TERRAFORM_PATH=$cli
if [[ $version == OpenTofu* ]]; then
  export TF_ACC_PROVIDER_NAMESPACE=hashicorp TF_ACC_PROVIDER_HOST=registry.opentofu.org
fi

go build -o .work/bin/testsummary ./tools/testsummary
go test -json -timeout 40m "$@" | .work/bin/testsummary ${summary[@]+"${summary[@]}"}
