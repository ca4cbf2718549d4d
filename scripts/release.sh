#!/usr/bin/env bash
# Static binaries for all platforms, with checksums.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p dist
for target in linux/amd64 linux/arm64 darwin/arm64 windows/amd64 freebsd/amd64; do
	out="dist/storehand-${target/\//-}"; [[ $target == windows/* ]] && out+=.exe
	echo "$out"
	CGO_ENABLED=0 GOOS=${target%/*} GOARCH=${target#*/} go build -trimpath -ldflags '-s -w' -o "$out" ./cmd/storehand
done
(cd dist && sha256sum storehand-* >SHA256SUMS)
