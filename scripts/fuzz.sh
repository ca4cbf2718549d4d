#!/usr/bin/env bash
# Run each fuzz target for the given time.
set -euo pipefail
cd "$(dirname "$0")/.."
grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do
	for target in $(grep -oE '^func Fuzz[A-Za-z0-9_]+' "$file" | awk '{print $2}'); do
		echo "== $target in $(dirname "$file")"
		go test "$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "${1:-30s}"
	done
done
