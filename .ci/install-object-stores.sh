#!/usr/bin/env bash
# Object stores: versitygw, which speaks S3 and checks every signature, and fake-gcs-server, which speaks Cloud Storage's JSON API,
# both from the Go module proxy; and Google's own vectors of signed URLs, which the source package of google-cloud-storage holds.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

s3=v1.8.0
gcs=v1.52.2
vectors=2.19.0
version="versitygw@$s3 fake-gcs-server@$gcs google-cloud-storage==$vectors"
current object-stores "$version" && { echo "engine ready: object-stores (unchanged)"; exit 0; }
need object-stores go python3 tar
staged="$(staging object-stores)"
trap 'rm -rf "$staged"' EXIT

GOBIN="$staged/bin" quietly "$staged/build.log" go install "github.com/versity/versitygw/cmd/versitygw@$s3" ||
  missing object-stores "versitygw $s3 could not be built"
GOBIN="$staged/bin" quietly "$staged/build.log" go install "github.com/fsouza/fake-gcs-server@$gcs" ||
  missing object-stores "fake-gcs-server $gcs could not be built"
quietly "$staged/build.log" python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
  --dest "$staged" "google-cloud-storage==$vectors" || missing object-stores "PyPI has no source of google-cloud-storage==$vectors"
tar xzf "$staged"/google*cloud*storage-*.tar.gz -C "$staged" --strip-components=3 --wildcards '*/tests/unit/url_signer_v4_test_*.json' ||
  missing object-stores "the source of google-cloud-storage holds no vectors"
rm "$staged"/google*.tar.gz
install_as object-stores "$version" "$staged"
