#!/usr/bin/env bash
# The alert rules and their tests, and the dashboard's queries, by promtool: that of the PATH, else out of Debian's or Ubuntu's package, which is not
# installed, else built from its source by Go, which takes minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$PWD/.promtool
version=v0.316.0

from_package() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  echo "Taking promtool from the package prometheus ..." >&2
  local work=$folder/package
  rm -rf "$work" && mkdir -p "$work" && cd "$work"
  apt-get -qq download prometheus 2>/dev/null || { apt-get -qq update && apt-get -qq download prometheus; } || return 1
  dpkg-deb --extract prometheus_*.deb . && mv usr/bin/promtool "$folder/promtool" && rm -rf "$work"
}

from_source() {
  command -v go >/dev/null || { echo "test:alerts needs promtool: install Prometheus or Go, then run this again." >&2; exit 1; }
  echo "Building promtool $version ..." >&2
  local work=$folder/source
  rm -rf "$work" && mkdir -p "$work" && cd "$work"
  printf 'package tools\n\nimport _ "github.com/prometheus/prometheus/cmd/promtool"\n' >tools.go
  go mod init tools
  GOFLAGS=-mod=mod go get "github.com/prometheus/prometheus/cmd/promtool@$version"
  GOFLAGS=-mod=mod go build -o "$folder/promtool" github.com/prometheus/prometheus/cmd/promtool
  rm -rf "$work"
}

tool=$(command -v promtool || echo "$folder/promtool")
if [ ! -x "$tool" ]; then (from_package) || (from_source); fi
"$tool" check config local/monitoring/prometheus.yml
"$tool" check rules --lint=all --lint-fatal local/monitoring/alerts.yml
"$tool" test rules local/monitoring/alerts.test.yml
# The queries of the dashboard, as recording rules; Grafana fills in its variables.
node -e '
  const { panels } = JSON.parse(require("node:fs").readFileSync("local/monitoring/grafana-dashboard.json", "utf8"))
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr.replace(/\$__(range|rate_interval)/g, "5m")))
  const rules = queries.map((expr, i) => ({ record: `query:${i}`, expr }))
  console.log(JSON.stringify({ groups: [{ name: "dashboard", rules }] }))' >"$folder/dashboard.yml"
"$tool" check rules "$folder/dashboard.yml"
echo "4 passed, 0 failed"
