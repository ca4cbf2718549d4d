#!/usr/bin/env bash
# Cut the fonts of the PDFs out of Noto Sans and Noto Sans Arabic: Latin, Greek,
# Cyrillic and Arabic. NOTO is the folder with the whole fonts (Debian's
# fonts-noto-core puts them where the default says).
set -euo pipefail
cd "$(dirname "$0")/assets"
npm ci --ignore-scripts --no-audit --no-fund --silent
NOTO="${NOTO:-/usr/share/fonts/truetype/noto}" node fonts.js ../../internal/document/fonts
