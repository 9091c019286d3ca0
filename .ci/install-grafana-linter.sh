#!/usr/bin/env bash
# Grafana's dashboard linter, built from its source, as no package holds it. The commit is the last one whose modules are all small:
# the next one needs Grafana itself.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/engines.sh"

pinned=v0.0.0-20260514183524-1be3836b83fb
current grafana-linter "$pinned" && { echo "engine ready: grafana-linter (unchanged)"; exit 0; }
need grafana-linter go
stage="$(staging grafana-linter)"
trap 'rm -rf "$stage"' EXIT
GOBIN="$stage" GOFLAGS=-modcacherw quietly "$stage/install.log" go install "github.com/grafana/dashboard-linter@$pinned" ||
  missing grafana-linter "the Go modules cannot be had, or do not build"
install_as grafana-linter "$pinned" "$stage"
