#!/usr/bin/env bash
# Knative's queue-proxy, which stands before each instance of a function and counts what it turns away.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

module=knative.dev/serving
pinned=v0.50.0
current queue-proxy "$pinned" && { echo "engine ready: queue-proxy (unchanged)"; exit 0; }
need queue-proxy go
folder="$(staging queue-proxy)"
GOBIN="$folder" quietly "$folder/build.log" go install "$module/cmd/queue@$pinned" || missing queue-proxy "$module $pinned could not be built"
install_as queue-proxy "$pinned" "$folder"
