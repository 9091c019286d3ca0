#!/usr/bin/env bash
# ministack from PyPI, a server that answers as AWS does and runs functions as processes, in a virtual environment of its own.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

pinned=1.5.33
current ministack "$pinned" && { echo "engine ready: ministack (unchanged)"; exit 0; }
need ministack python3
# A virtual environment holds its own path in its scripts, so this one is made in place; the version file comes last.
folder="$engines/ministack"
rm -rf "$folder"
mkdir -p "$folder"
quietly "$folder/install.log" python3 -m venv "$folder/venv" || missing ministack "python3 -m venv does not work (Debian: python3-venv)"
quietly "$folder/install.log" "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  "ministack==$pinned" boto3 cryptography || missing ministack "PyPI has no ministack==$pinned for $(python3 --version)"
"$folder/venv/bin/ministack" --help >/dev/null 2>&1 || missing ministack "it does not start"
echo "$pinned" >"$folder/.version"
echo "engine ready: ministack $pinned"
