#!/usr/bin/env bash
# moto from PyPI, a server that answers as AWS does, in a virtual environment of its own.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

pinned=5.2.5
current moto "$pinned" && { echo "engine ready: moto (unchanged)"; exit 0; }
need moto python3
# A virtual environment holds its own path in its scripts, so this one is made in place; the version file comes last.
folder="$engines/moto"
rm -rf "$folder"
mkdir -p "$folder"
quietly "$folder/install.log" python3 -m venv "$folder/venv" || missing moto "python3 -m venv does not work (Debian: python3-venv)"
quietly "$folder/install.log" "$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  "moto[server,s3,sqs,sns,ssm,secretsmanager,awslambda]==$pinned" || missing moto "PyPI has no moto==$pinned for $(python3 --version)"
"$folder/venv/bin/moto_server" --help >/dev/null 2>&1 || missing moto "it does not start"
echo "$pinned" >"$folder/.version"
echo "engine ready: moto $pinned"
