#!/usr/bin/env bash
# aws-lambda-ric, the client that runs functions inside AWS Lambda, and the AWS clients that Lambda's Node runtimes bring.
# The client has a native part which is compiled here.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

ric=4.0.2
sdk=3.1000.0
clients=(client-lambda client-s3 s3-request-presigner client-sqs client-sns client-secrets-manager client-ssm)
packages=("aws-lambda-ric@$ric")
for client in "${clients[@]}"; do packages+=("@aws-sdk/$client@$sdk"); done
version="${packages[*]}"
current lambda "$version" && { echo "engine ready: lambda (unchanged)"; exit 0; }
need lambda npm cmake make g++ python3 xz
node="$engines/node-24/node_modules/node/bin"
[ -x "$node/node" ] || missing lambda "node 24 is not installed; run .ci/install-node.sh"

staged="$(staging lambda)"
trap 'rm -rf "$staged"' EXIT
echo '{"private":true}' >"$staged/package.json"
PATH="$node:$PATH" quietly "$staged/install.log" npm install --prefix "$staged" --no-audit --no-fund --no-save --prefer-offline \
  "${packages[@]}" || missing lambda "aws-lambda-ric@$ric could not be installed"
[ -f "$staged/node_modules/aws-lambda-ric/rapid-client.node" ] || missing lambda "the native part of aws-lambda-ric@$ric was not built"
install_as lambda "$version" "$staged"
