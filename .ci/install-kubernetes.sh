#!/usr/bin/env bash
# kubeconform, and JSON schemas made from the custom resource definitions and the core API of pinned Go modules.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

kubeconform=v0.7.0
kubernetes=v1.34.4
# Each: a module, and the folder or file in it that holds the definitions.
sources=(
  "knative.dev/serving@v0.50.0 config/core/300-resources"
  "knative.dev/eventing@v0.50.0 config/core/resources"
  "sigs.k8s.io/gateway-api@v1.4.1 config/crd/standard"
  "github.com/rook/rook@v1.18.8 deploy/examples/crds.yaml"
  "github.com/prometheus-operator/prometheus-operator@v0.85.0 example/prometheus-operator-crd"
  "github.com/kedacore/keda/v2@v2.18.1 config/crd/bases"
)
version="kubeconform@$kubeconform k8s.io/kubernetes@$kubernetes ${sources[*]} schemas@$(cksum <"$here/kubernetes-schemas.mjs" | cut -d' ' -f1)"

current kubernetes "$version" && { echo "engine ready: kubernetes (unchanged)"; exit 0; }
need kubernetes go node
staged="$(staging kubernetes)"
trap 'rm -rf "$staged"' EXIT
cd "$staged" || missing kubernetes "cannot enter $staged"

GOBIN="$staged/bin" quietly "$staged/build.log" go install "github.com/yannh/kubeconform/cmd/kubeconform@$kubeconform" ||
  missing kubernetes "kubeconform $kubeconform could not be built"

# module_folder <module@version>: downloads it and prints where it lies.
module_folder() {
  go mod download -json "$1" 2>/dev/null | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'
}

core="$(module_folder "k8s.io/kubernetes@$kubernetes")"
[ -n "$core" ] || missing kubernetes "the Go proxy does not serve k8s.io/kubernetes@$kubernetes"
definitions=()
for source in "${sources[@]}"; do
  read -r module path <<<"$source"
  folder="$(module_folder "$module")"
  if [ -n "$folder" ]; then
    definitions+=("$folder/$path")
  else
    # Said, not hidden: manifests of these kinds are then findings, as kinds without a schema.
    echo "engine missing: kubernetes: the Go proxy does not serve $module"
    version="$version without $module"
  fi
done

quietly "$staged/build.log" node "$here/kubernetes-schemas.mjs" "$staged" "$core/api/openapi-spec/v3" "${definitions[@]}" ||
  missing kubernetes "the schemas could not be made"
install_as kubernetes "$version" "$staged"
