#!/usr/bin/env bash
# cfn-lint from PyPI, in a virtual environment of its own.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

pinned=1.58.0
current cfn-lint "$pinned" && { echo "engine ready: cfn-lint (unchanged)"; exit 0; }
need cfn-lint python3
# A virtual environment holds its own path in its scripts, so this one is made in place; the version file comes last.
folder="$engines/cfn-lint"
rm -rf "$folder"
mkdir -p "$folder"
quietly "$folder/install.log" python3 -m venv "$folder/venv" || missing cfn-lint "python3 -m venv does not work (Debian: python3-venv)"
quietly "$folder/install.log" "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "cfn-lint==$pinned" ||
  missing cfn-lint "PyPI has no cfn-lint==$pinned for $(python3 --version)"
"$folder/venv/bin/cfn-lint" --version >/dev/null 2>&1 || missing cfn-lint "it does not start"
echo "$pinned" >"$folder/.version"
echo "engine ready: cfn-lint $pinned"
