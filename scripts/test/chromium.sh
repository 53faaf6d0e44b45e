#!/usr/bin/env bash
# The Chromium that an npm package ships, installed beside the project's own packages.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -d .browser/node_modules/@sparticuz/chromium ] ||
  npm install --prefix .browser --no-save --no-package-lock --no-audit --no-fund --loglevel=error @sparticuz/chromium@153.0.0
