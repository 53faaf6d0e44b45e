#!/usr/bin/env bash
# Random trees and forests beside scikit-learn's, node for node. Needs Python 3.
# Options: --fits N, --seed N, --first N, --minutes N (stops then, and says how to go on), --only N.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v python3 >/dev/null || { echo "test:trees needs Python 3: install it, then run this again." >&2; exit 1; }
[ -x .venv-sklearn/bin/python ] || python3 -m venv .venv-sklearn
.venv-sklearn/bin/pip install --quiet scikit-learn==1.9.1
node test/system/trees/compare.ts "$@"
