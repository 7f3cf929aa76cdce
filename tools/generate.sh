#!/usr/bin/env bash
# Renders docs/ from the provider's schemas, templates/ and examples/. With -check nothing is changed: it fails
# with a diff when docs/ is not what would be rendered. docs/decisions is written by hand, and left as it is.
# Usage: tools/generate.sh [-check]
set -euo pipefail
cd "$(dirname "$0")/.."

generator=$(tools/go-tool.sh tfplugindocs)
rm -rf .work/docs
mkdir -p .work
go run ./tools/providerschema >.work/schema.json
"$generator" generate --provider-name mlregistry --providers-schema .work/schema.json \
  --rendered-website-dir .work/docs >.work/generate.log 2>&1 || {
  cat .work/generate.log >&2
  exit 1
}

if [[ ${1:-} == -check ]]; then
  diff -ruN --exclude=decisions docs .work/docs || {
    echo "docs/ is out of date: run make generate" >&2
    exit 1
  }
else
  mv docs/decisions .work/docs/
  rm -rf docs
  mv .work/docs docs
  "$(tools/find-cli.sh)" fmt -recursive examples
fi
