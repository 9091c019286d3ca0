#!/usr/bin/env bash
# AWS's Lambda runtime interface emulator: the other side of the runtime API, with its own limits and timeouts.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

module=github.com/aws/aws-lambda-runtime-interface-emulator
pinned=v0.0.0-20261030222936-bef5c4ba774d
current rie "$pinned" && { echo "engine ready: rie (unchanged)"; exit 0; }
need rie go
folder="$(staging rie)"
GOBIN="$folder" quietly "$folder/build.log" go install "$module/cmd/aws-lambda-rie@$pinned" || missing rie "$module $pinned could not be built"
install_as rie "$pinned" "$folder"
