#!/usr/bin/env bash
# Every test: both engines, the whole application, the browser, and the race
# detector where goroutines meet. One PostgreSQL server serves them all.
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp); trap 'rm -f "$log"' EXIT
pg() { go run ./internal/sqldb/sqldbtest/withpostgres -- "$@"; }

echo '== packages, both engines, browser'
pg go test -timeout 25m -v ./... >"$log" 2>&1 || { grep -E '^(---|\s+---) FAIL|^FAIL|^panic|_test.go:[0-9]+:' "$log" | tail -n 120; tail -n 40 "$log"; exit 1; }
grep -E '^(ok|FAIL)\s' "$log"
passed=$(grep -cE '^\s*--- PASS' "$log" || true)
skipped=$(grep -cE '^\s*--- SKIP' "$log" || true)
if [ "$skipped" -gt 0 ]; then
	grep -A3 -E '^\s*--- SKIP' "$log"
	[ -z "${CI:-}" ] || { echo "$skipped tests were skipped; where CI is set nothing may skip"; exit 1; }
fi

echo '== race detector'
race=(./impersonate/... ./internal/sqldb/... ./internal/assist/... ./internal/session/... ./internal/cart/... ./internal/pagecache/... ./internal/jobs/... ./internal/password/...)
existing=(); for p in "${race[@]}"; do [ -d "${p%/...}" ] && existing+=("$p"); done
CGO_ENABLED=1 pg go test -race -timeout 15m "${existing[@]}"

echo "$passed passed, 0 failed, $skipped skipped"
