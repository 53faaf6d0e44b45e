#!/usr/bin/env bash
# Other languages' clients against the local stack: boto3 sends a job, pymongo reads the model. Needs Python 3.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v python3 >/dev/null || { echo "test:clients needs Python 3: install it, then run this again." >&2; exit 1; }
[ -x .venv-clients/bin/python ] || python3 -m venv .venv-clients
.venv-clients/bin/pip install --quiet boto3==1.44.5 pymongo==4.20.0
work=$(mktemp -d)
TENSORFLEET_DIRECTORY="$work/data" node cli/tensorfleet.js local --quiet >"$work/exports" 2>"$work/log" &
stack=$!
finish() {
  kill -TERM "$stack" 2>/dev/null || true
  wait "$stack" || true
  rm -rf "$work"
}
trap finish EXIT
for _ in $(seq 100); do
  grep -q Ready "$work/log" && break
  kill -0 "$stack" || { cat "$work/log" >&2; exit 1; }
  sleep 0.1
done
# shellcheck disable=SC1091
source "$work/exports"
timeout 120 .venv-clients/bin/python test/system/clients/clients.py
timeout 120 .venv-clients/bin/python examples/send_job.py
