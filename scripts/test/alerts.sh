#!/usr/bin/env bash
# The alert rules and their tests by promtool, built from its source. Needs Go; some minutes the first time.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=v0.316.0
tool=.promtool/promtool-$version
if [ ! -x "$tool" ]; then
  command -v go >/dev/null || { echo "test:alerts needs Go: install it, then run this again." >&2; exit 1; }
  echo "Building promtool $version ..." >&2
  mkdir -p .promtool
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  (
    cd "$work"
    printf 'package tools\n\nimport _ "github.com/prometheus/prometheus/cmd/promtool"\n' >tools.go
    go mod init tools
    GOFLAGS=-mod=mod go get "github.com/prometheus/prometheus/cmd/promtool@$version"
    GOFLAGS=-mod=mod go build -o promtool github.com/prometheus/prometheus/cmd/promtool
  )
  mv "$work/promtool" "$tool"
fi
"$tool" check config local/monitoring/prometheus.yml
"$tool" check rules --lint=all --lint-fatal local/monitoring/alerts.yml
"$tool" test rules local/monitoring/alerts.test.yml
