#!/usr/bin/env bash
# Prints the path of a Go tool, building it under .work/bin first if need be. tools/gotools/TOOL/go.mod names the tool and its
# version, and go.sum there the hash of every module that it is built from.
# Usage: tools/go-tool.sh TOOL
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:?which tool?}
from=$PWD/tools/gotools/$name
[[ -f $from/go.mod ]] || { echo "go-tool: unknown tool: $name" >&2; exit 2; }
package=$(awk '$1 == "tool" { print $2 }' "$from/go.mod")
# The module is the longest of those required that the package begins with.
version=$(awk -v package="$package" '
  { path = $1 == "require" ? $2 : $1; at = $1 == "require" ? $3 : $2 }
  at ~ /^v[0-9]/ && index(package "/", path "/") == 1 && length(path) > length(module) { module = path; version = at }
  END { print version }' "$from/go.mod")

tool=$PWD/.work/bin/$name-$version
if [[ ! -x $tool ]]; then
  echo "installing $name $version" >&2
  mkdir -p .work/bin
  aside=$(mktemp -d "$PWD/.work/bin/install.XXXXXX")
  trap 'rm -rf "$aside"' EXIT
  (cd "$from" && CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false -mod=readonly' go build -o "$aside/$name" "$package" >&2)
  mv "$aside/$name" "$tool"
fi
echo "$tool"
