#!/usr/bin/env bash
# Checks everything that can be checked without running the tests.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "gofmt"
unformatted=$(gofmt -l ./*.go bench internal tools)
[[ -z $unformatted ]] || { echo "not formatted with gofmt:" "$unformatted" >&2; exit 1; }
echo "go vet"
go vet ./...
go vet -tags users,differential,browser ./internal/...
echo "go mod tidy"
go mod tidy -diff
echo "golangci-lint"
"$(tools/go-tool.sh golangci-lint)" run
echo "dead code"
unreachable=$("$(tools/go-tool.sh deadcode)" -test -tags policies,differential,users,browser ./...)
[[ -z $unreachable ]] || { echo "functions that nothing calls:" "$unreachable" >&2; exit 1; }
echo "terraform fmt"
"$(tools/find-cli.sh)" fmt -check -diff -recursive examples
echo "licences"
go run ./tools/licenses >/dev/null
echo "workflows"
find .github/workflows examples/ci/github -name '*.yml' -exec "$(tools/go-tool.sh actionlint)" -shellcheck= -pyflakes= {} +
echo "changelog"
tools/check-changelog.sh
