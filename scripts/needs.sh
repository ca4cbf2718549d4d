#!/usr/bin/env bash
# Install what the tests need, by apt when root; otherwise say what is missing.
set -euo pipefail
missing=()
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1 || missing+=(postgresql)
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing+=(chromium)
command -v varnishd >/dev/null 2>&1 || [ -x /usr/sbin/varnishd ] || missing+=(varnish)
command -v gcc >/dev/null 2>&1 || missing+=(gcc libc6-dev) # for the race detector only
fc-list 2>/dev/null | grep -i 'noto\|dejavu' >/dev/null || missing+=(fonts-dejavu-core fonts-noto-core)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
	echo "installing: ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends "${missing[@]}" fontconfig >/dev/null
	exit 0
fi
echo "These packages are needed by the tests and not installed: ${missing[*]}" >&2
echo "Install them (for example: sudo apt-get install ${missing[*]}) and run this again." >&2
[ -z "${CI:-}" ] || exit 1
