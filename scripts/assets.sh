#!/usr/bin/env bash
# Copy the vendored front-end files out of the npm packages named in
# scripts/assets/package-lock.json.
set -euo pipefail
cd "$(dirname "$0")/assets"
npm ci --ignore-scripts --no-audit --no-fund --silent
cp node_modules/htmx.org/dist/htmx.min.js ../../internal/web/ui/assets/htmx.min.js
