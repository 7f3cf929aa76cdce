#!/usr/bin/env bash
# Fails unless every fragment of the changelog can be read and CHANGELOG.md is what changie makes of the releases.
set -euo pipefail
cd "$(dirname "$0")/.."

changie=$(tools/go-tool.sh changie)
# changie passes over files of other names without a word.
strangers=$(find .changes/unreleased -type f ! -name '*.yaml' ! -name .gitkeep)
[[ -z $strangers ]] || { echo "not read by changie, which takes *.yaml:" "$strangers" >&2; exit 1; }
"$changie" batch auto --dry-run >/dev/null
"$changie" merge --dry-run | diff -u CHANGELOG.md - || {
  echo "CHANGELOG.md is not what changie makes of .changes: write a fragment instead of editing it (CONTRIBUTING.md)" >&2
  exit 1
}
