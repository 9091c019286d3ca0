#!/usr/bin/env bash
# Debian's Chromium, in which the console is tested. It is a package of the system and lies outside the engines' folder.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

command -v chromium >/dev/null 2>&1 && { echo "engine ready: chromium (unchanged)"; exit 0; }
need chromium apt-get
[ "$(id -u)" = 0 ] || missing chromium "only root can install Debian packages; run: sudo apt-get install chromium"
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
quietly "$log" apt-get install -y --no-install-recommends chromium fonts-dejavu-core ||
  { quietly "$log" apt-get update && quietly "$log" apt-get install -y --no-install-recommends chromium fonts-dejavu-core; } ||
  missing chromium "Debian's package could not be installed"
echo "engine ready: chromium $(chromium --version 2>/dev/null | grep -o '[0-9.]*' | head -1)"
