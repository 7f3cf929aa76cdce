#!/usr/bin/env bash
# Prints the path of a Go tool at the exact version of versions.sh, installing it under .work/bin first if need be.
# Usage: tools/go-tool.sh TOOL
set -euo pipefail
cd "$(dirname "$0")/.."
source tools/versions.sh

wanted=${1:?which tool?}
while read -r name module version package; do
  [[ $name != "$wanted" ]] || break
done <<<"$GO_TOOLS"
[[ $name == "$wanted" ]] || { echo "go-tool: unknown tool: $wanted" >&2; exit 2; }

tool=$PWD/.work/bin/$name-$version
if [[ ! -x $tool ]]; then
  echo "installing $name $version" >&2
  mkdir -p .work/bin
  aside=$(mktemp -d "$PWD/.work/bin/install.XXXXXX")
  trap 'rm -rf "$aside"' EXIT
  # In a module of its own instead of by `go install`, which wants the list of all versions besides: not every module
  # proxy gives it. Go's checksum database vouches for what is downloaded, either way.
  cd "$aside"
  go mod init tool 2>/dev/null
  go mod edit -require "$module@$version"
  CGO_ENABLED=0 GOFLAGS='-trimpath -mod=mod' go build -o "$name" "$module${package#.}" >&2
  mv "$name" "$tool"
fi
echo "$tool"
