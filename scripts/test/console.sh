#!/usr/bin/env bash
# The console in a real browser.
set -euo pipefail
cd "$(dirname "$0")/../.."
bash scripts/test/chromium.sh
npm run --silent build:console
node scripts/test/console-in-browser.ts
