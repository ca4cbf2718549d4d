#!/usr/bin/env bash
# Every test: both engines, the whole application, the browser, and the race
# detector where goroutines meet. One PostgreSQL server serves them all.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" != inside ]; then
	mkdir -p .cache
	go build -o .cache/withpostgres ./internal/sqldb/sqldbtest/withpostgres
	quick=$(./scripts/quickdir.sh)
	if [ -n "$quick" ]; then
		trap 'rm -rf "$quick"' EXIT
		export GOTMPDIR="${GOTMPDIR:-${TMPDIR:-/tmp}}" TMPDIR="$quick"
	fi
	.cache/withpostgres -- "$0" inside
	exit
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# failures LOG: what failed and what it said, last, where a cut log still shows it.
failures() {
	echo "== what failed"
	awk '/^[[:space:]]*=== (RUN|CONT|NAME|PAUSE)/ { name = $3; next }
		/^[[:space:]]*--- FAIL/ { print; printf "%s", substr(said[$3], length(said[$3]) > 3000 ? length(said[$3]) - 3000 : 1); next }
		/^[[:space:]]*--- / { next }
		{ said[name] = said[name] $0 "\n" }
		/^panic:|^WARNING: DATA RACE/ { for (i = 0; i < 30; i++) { print; if ((getline) <= 0) break } }' "$1" | tail -n 120
	grep -E '^[[:space:]]*--- FAIL|^FAIL' "$1" | tail -n 40
}

# run TITLE ARGUMENTS…: one call of go test, its details kept, its summary shown.
run() {
	local title=$1 began=$SECONDS
	shift
	echo "== $title"
	# GOTMPDIR is for what go itself builds: tests would put their files there too.
	if ! go test -timeout 20m -exec 'env -u GOTMPDIR' -v "$@" >>"$log" 2>&1; then
		tail -n 40 "$log"
		failures "$log"
		exit 1
	fi
	echo "   done in $((SECONDS - began)) s"
}

# The stories mostly wait for the browser, so they run beside the packages.
run 'packages on both engines, and stories in the browser' -p 3 ./...
export CGO_ENABLED=1
run 'race detector' -race ./impersonate/... ./internal/sqldb/ ./internal/jobs/ ./internal/pagecache/ ./internal/password/ ./internal/web/
run 'race detector, parallel people' -race -run 'AtOnce|Parallel|NothingIsBegun|Store|Race|Once' ./internal/assist/ ./internal/session/ ./internal/cart/

grep -E '^(ok|FAIL)\s' "$log"
passed=$(grep -cE '^\s*--- PASS' "$log" || true)
skipped=$(grep -cE '^\s*--- SKIP' "$log" || true)
if [ "$skipped" -gt 0 ]; then
	grep -A3 -E '^\s*--- SKIP' "$log"
	[ -z "${CI:-}" ] || { echo "$skipped tests were skipped; where CI is set nothing may skip"; exit 1; }
fi
echo "$passed passed, 0 failed, $skipped skipped"
