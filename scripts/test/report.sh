#!/usr/bin/env bash
# Reports in a real browser.
set -euo pipefail
cd "$(dirname "$0")/../.."
bash scripts/test/chromium.sh
node scripts/test/report-in-browser.ts
