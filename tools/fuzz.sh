#!/usr/bin/env bash
# Fuzzes each target of the repository for a time: fuzz.sh TIME [REGEXP]. An input that fails is kept in the package's testdata/fuzz,
# where go test finds it from then on.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:?TIME, such as 1m} pattern=${2:-.}
targets=0
while read -r package; do
	# Only what is listed is a target: the last line tells how long it took.
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' | grep -E -- "$pattern" || true); do
		targets=$((targets + 1))
		echo "== $package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package"
	done
done < <(git grep -l '^func Fuzz' -- '*_test.go' | xargs -n 1 dirname | sort -u | sed 's,^,./,')
[ "$targets" -gt 0 ] || { echo "fuzz: no target is called like $pattern" >&2; exit 1; }
