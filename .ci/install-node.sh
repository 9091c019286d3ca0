#!/usr/bin/env bash
# Node 22 and 24 beside the machine's own, to run bundles under the versions the clouds run.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

for pinned in 22.23.3 24.9.0; do
  engine="node-${pinned%%.*}"
  current "$engine" "$pinned" && { echo "engine ready: $engine (unchanged)"; continue; }
  (
    need "$engine" npm
    staged="$(staging "$engine")"
    trap 'rm -rf "$staged"' EXIT
    echo '{"private":true}' >"$staged/package.json"
    quietly "$staged/install.log" npm install --prefix "$staged" --no-audit --no-fund --no-save "node@$pinned" ||
      missing "$engine" "npm has no node@$pinned"
    "$staged/node_modules/node/bin/node" --version >/dev/null 2>&1 || missing "$engine" "its binary does not run on this machine"
    install_as "$engine" "$pinned" "$staged"
  )
done
