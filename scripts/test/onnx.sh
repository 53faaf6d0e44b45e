#!/usr/bin/env bash
# onnx.checker and onnxruntime on every kind of model.onnx, from raw rows. Needs Python 3.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v python3 >/dev/null || { echo "test:onnx needs Python 3: install it, then run this again." >&2; exit 1; }
[ -x .venv-onnx/bin/python ] || python3 -m venv .venv-onnx
.venv-onnx/bin/pip install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
node scripts/test/write-onnx-cases.ts "$work"
.venv-onnx/bin/python test/system/onnx/check.py "$work"
