#!/usr/bin/env bash
# Prints the path of a Go tool at the exact version of versions.sh, installing it under .work/bin first if need be.
# Usage: tools/go-tool.sh golangci-lint|tfplugindocs
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/versions.sh

case "${1:?which tool?}" in
golangci-lint) package=$GOLANGCI_LINT ;;
tfplugindocs) package=$TFPLUGINDOCS ;;
*) echo "go-tool: unknown tool: $1" >&2 && exit 2 ;;
esac

tool=$PWD/.work/bin/$1-${package##*@}
if [[ ! -x $tool ]]; then
  echo "installing $package" >&2
  mkdir -p .work/bin
  aside=$(mktemp -d "$PWD/.work/bin/install.XXXXXX")
  trap 'rm -rf "$aside"' EXIT
  GOBIN=$aside GOFLAGS=-trimpath go install "$package" >&2
  mv "$aside/$1" "$tool"
fi
echo "$tool"
