#!/usr/bin/env bash
# A program that judges manifests with the code of a cluster's admission: Knative's webhooks, and the API server's checks of custom
# resources. Takes the definitions of custom resources from install-kubernetes.sh, so run that first.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

knative=v0.50.0
definitions="$engines/kubernetes"
version="knative@$knative main@$(cksum <"$here/admission/main.go" | cut -d' ' -f1) definitions@$(cksum <"$definitions/.version" 2>/dev/null | cut -d' ' -f1)"

current admission "$version" && { echo "engine ready: admission (unchanged)"; exit 0; }
need admission go
[ -d "$definitions/crds" ] || missing admission "there are no definitions of custom resources; run .ci/install-kubernetes.sh first"
staged="$(staging admission)"
trap 'rm -rf "$staged"' EXIT
mkdir "$staged/source" && cp "$here/admission/main.go" "$staged/source/" && cd "$staged/source" || missing admission "cannot enter $staged"

go mod init admission >/dev/null 2>&1
quietly "$staged/build.log" go get "knative.dev/serving@$knative" "knative.dev/eventing@$knative" ||
  missing admission "the Go proxy does not serve Knative $knative"
quietly "$staged/build.log" go mod tidy && quietly "$staged/build.log" go build -o "$staged/admission" . ||
  missing admission "it could not be built"
cp -r "$(go list -m -f '{{.Dir}}' knative.dev/eventing)/config/core/configmaps" "$staged/config" && chmod -R u+w "$staged/config" ||
  missing admission "Knative's configuration is not there"
cp -r "$definitions/crds" "$staged/crds"
rm -rf "$staged/source"
install_as admission "$version" "$staged"
