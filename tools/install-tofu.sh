#!/usr/bin/env bash
# Prints the path of OpenTofu at the version that tools/tofu/go.mod names, building it under .work/bin first if need be.
# A first build takes about a quarter of an hour and 262 MB of sources.
set -euo pipefail
cd "$(dirname "$0")/../tools/tofu"

version=$(go list -m -f '{{.Version}}' github.com/opentofu/opentofu)
tofu=$(cd ../.. && pwd)/.work/bin/tofu-${version#v}
if [[ ! -x $tofu ]]; then
  echo "building OpenTofu $version (a quarter of an hour, the first time)" >&2
  mkdir -p "$(dirname "$tofu")"
  go build -o "$tofu.new" github.com/opentofu/opentofu/cmd/tofu >&2
  mv "$tofu.new" "$tofu"
fi
echo "$tofu"
