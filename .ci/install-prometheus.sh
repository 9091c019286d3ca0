#!/usr/bin/env bash
# promtool and the Prometheus server, from the distribution's packages.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

command -v promtool >/dev/null 2>&1 && { echo "engine ready: prometheus (unchanged)"; exit 0; }
need prometheus apt-get
[ "$(id -u)" = 0 ] || missing prometheus "only root installs packages; have Debian's 'prometheus' installed"
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
quietly "$log" apt-get update -qq || missing prometheus "apt-get update failed"
# The service would listen on all interfaces.
DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 quietly "$log" apt-get install -y -qq --no-install-recommends prometheus ||
  missing prometheus "the package 'prometheus' cannot be installed"
echo "engine ready: prometheus $(promtool --version 2>&1 | head -n 1)"
