#!/usr/bin/env bash
# onnx.checker and onnxruntime on every kind of model.onnx, from raw rows. Needs Python 3.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v python3 >/dev/null || { echo "test:onnx needs Python 3: install it, then run this again." >&2; exit 1; }
[ -x .venv-onnx/bin/python ] || python3 -m venv .venv-onnx
.venv-onnx/bin/pip install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 pandas==3.1.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
seed=${SEED:-$RANDOM}
echo "Random tables from SEED=$seed"
node scripts/test/write-onnx-cases.ts "$work" "$seed"
.venv-onnx/bin/python test/system/onnx/check.py "$work"

# The example: two flowers as a DataFrame, whose columns are in another order than in training.
export TENSORFLEET_DIRECTORY="$work/data"
node cli/tensorfleet.js train iris --algorithm random_forest >"$work/trained"
node cli/tensorfleet.js download DefaultJob_random_forest_iris "$work/model" >"$work/downloaded"
printf '%s\n' 'petal width (cm),petal length (cm),sepal width (cm),sepal length (cm)' 0.2,1.4,3.5,5.1 2.3,6.9,2.6,7.7 >"$work/flowers.csv"
.venv-onnx/bin/python examples/predict_dataframe.py "$work/model/model.onnx" "$work/flowers.csv" | tee "$work/predicted"
grep -q setosa "$work/predicted" && grep -q virginica "$work/predicted"

# The lines of the page are those of the example; a DataFrame of every type gives what predict gives.
.venv-onnx/bin/python test/system/onnx/dataframe.py "$work"
