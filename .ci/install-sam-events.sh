#!/usr/bin/env bash
# The sample events of `sam local generate-event`: templates inside the wheel of aws-sam-cli from PyPI. Nothing of it is run.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

pinned=1.146.0
current sam-events "$pinned" && { echo "engine ready: sam-events (unchanged)"; exit 0; }
need sam-events python3
folder="$(staging sam-events)"
quietly "$folder/install.log" python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$folder" "aws-sam-cli==$pinned" ||
  missing sam-events "PyPI has no aws-sam-cli==$pinned"
quietly "$folder/install.log" python3 -m zipfile -e "$folder"/aws_sam_cli-*.whl "$folder/wheel" || missing sam-events "its wheel cannot be read"
mv "$folder/wheel/samcli/lib/generated_sample_events/event-mapping.json" "$folder/wheel/samcli/lib/generated_sample_events/events" "$folder/" ||
  missing sam-events "its wheel holds no sample events"
rm -rf "$folder/wheel" "$folder"/*.whl
install_as sam-events "$pinned" "$folder"
