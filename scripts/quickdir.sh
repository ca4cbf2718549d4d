#!/usr/bin/env bash
# Print a new folder in memory for the files of tests, where there is room and
# programs may run from it; print nothing otherwise. Tests mostly wait for the
# disk, and nothing of theirs outlives them.
set -euo pipefail
need=$((6 * 1024 * 1024)) # KiB
free=$(df --output=avail /dev/shm 2>/dev/null | tail -n 1 || true)
[ "${free:-0}" -ge "$need" ] 2>/dev/null || exit 0
dir=$(mktemp -d /dev/shm/storehand-test-XXXXXX)
chmod 755 "$dir" # PostgreSQL and Varnish run as other accounts
printf '#!/bin/sh\n' >"$dir/probe" && chmod +x "$dir/probe"
if "$dir/probe" 2>/dev/null; then
	rm "$dir/probe"
	echo "$dir"
else
	rm -rf "$dir"
fi
