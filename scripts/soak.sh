#!/usr/bin/env bash
# The long proofs: what `make test` runs shortened, at full length. A proof is a
# title, a package and a test; docs/reliability.md has the figures.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" != inside ]; then
	mkdir -p .cache
	go build -o .cache/withpostgres ./internal/sqldb/sqldbtest/withpostgres
	exec .cache/withpostgres -- "$0" inside
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# proof TITLE PACKAGE TEST: runs it and prints the figures that it logs.
proof() {
	local began=$SECONDS
	echo "== $1"
	if ! go test -count=1 -timeout 120m -v -run "^$3\$" "$2" >"$log" 2>&1; then
		tail -n 60 "$log"
		exit 1
	fi
	grep -E '_test.go:|^ok' "$log" | cut -c1-500
	echo "   done in $((SECONDS - began)) s"
}

export STOREHAND_SOAK_REQUESTS=${STOREHAND_SOAK_REQUESTS:-10000}
proof 'nothing is served after the acknowledged end' ./internal/app TestNoRequestIsServedAfterTheAcknowledgedEndThroughAnyChannel

export STOREHAND_SOAK=${STOREHAND_SOAK:-200}
proof 'killing the desk loses nothing acknowledged' ./internal/app TestKillingTheDeskLosesNothingAcknowledged

export STOREHAND_SOAK_MUTATIONS=${STOREHAND_SOAK_MUTATIONS:-10000}
proof 'two verifiers find whatever was done to the log' ./internal/seal 'TestTwoVerifiers.*'
