#!/usr/bin/env bash
# Object stores: versitygw, which speaks S3 and checks every signature, and fake-gcs-server, which speaks Cloud Storage's JSON API,
# and Google's own vectors of signed URLs, which its Go client holds. All from the Go module proxy.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

s3=v1.8.0
gcs=v1.56.1
vectors=v1.65.0
version="versitygw@$s3 fake-gcs-server@$gcs cloud.google.com/go/storage@$vectors"
current object-stores "$version" && { echo "engine ready: object-stores (unchanged)"; exit 0; }
need object-stores go
staged="$(staging object-stores)"
trap 'rm -rf "$staged"' EXIT

GOBIN="$staged/bin" quietly "$staged/build.log" go install "github.com/versity/versitygw/cmd/versitygw@$s3" ||
  missing object-stores "versitygw $s3 could not be built"
GOBIN="$staged/bin" quietly "$staged/build.log" go install "github.com/fsouza/fake-gcs-server@$gcs" ||
  missing object-stores "fake-gcs-server $gcs could not be built"

folder="$(go mod download -json "cloud.google.com/go/storage@$vectors" 2>/dev/null | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')"
[ -n "$folder" ] || missing object-stores "the Go proxy does not serve cloud.google.com/go/storage@$vectors"
cp "$folder/internal/test/conformance/v4_signatures.json" "$folder/internal/test/conformance/service-account" "$staged/" ||
  missing object-stores "cloud.google.com/go/storage@$vectors holds no vectors"
chmod u+w "$staged/v4_signatures.json" "$staged/service-account"
install_as object-stores "$version" "$staged"
