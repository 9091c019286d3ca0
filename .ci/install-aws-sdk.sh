#!/usr/bin/env bash
# The AWS SDK, as Lambda's Node.js runtime brings it, to run the drivers that are written against it.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

packages="@aws-sdk/client-apigatewaymanagementapi@3.1169.0 @aws-sdk/client-cloudwatch@3.1164.0 @aws-sdk/client-dynamodb@3.1169.0
@aws-sdk/client-eventbridge@3.1169.0 @aws-sdk/client-kinesis@3.1143.0
@aws-sdk/client-lambda@3.1164.0 @aws-sdk/client-s3@3.1173.0 @aws-sdk/client-scheduler@3.1169.0
@aws-sdk/client-secrets-manager@3.1164.0
@aws-sdk/client-sns@3.1169.0 @aws-sdk/client-sqs@3.1169.0 @aws-sdk/client-ssm@3.1169.0
@aws-sdk/s3-request-presigner@3.1164.0 @smithy/signature-v4@5.7.5"
version="$(echo $packages)"
current aws-sdk "$version" && { echo "engine ready: aws-sdk (unchanged)"; exit 0; }
need aws-sdk npm
staged="$(staging aws-sdk)"
trap 'rm -rf "$staged"' EXIT
echo '{"private":true}' >"$staged/package.json"
quietly "$staged/install.log" npm install --prefix "$staged" --no-audit --no-fund --ignore-scripts $packages ||
  missing aws-sdk "npm could not install it"
install_as aws-sdk "$version" "$staged"
