#!/usr/bin/env bash
# npm run test:native-engine: the tests of the engine tfjs on libtensorflow, in a copy of the checkout in a temporary folder.
#
# tfjs-node's own installer downloads libtensorflow. Here its addon is built against the one in PyPI's tensorflow-cpu:
# needed are a C++ compiler, make, python3 with pip, and the headers of Node (any version: the addon uses Node-API).
# NATIVE_ENGINE_FOLDER=FOLDER keeps the copy there, so that a second run begins at the tests.
set -euo pipefail
tensorflow=2.15.1

fail() { echo "The native engine cannot be built: $1" >&2; exit 1; }

# The folder above include/node.
node_headers() {
  local prefix
  for prefix in /usr /usr/local "$(dirname "$(dirname "$(command -v node)")")"; do
    if [ -f "$prefix/include/node/node_api.h" ]; then echo "$prefix"; return; fi
  done
  fail "no headers of Node (include/node/node_api.h) in /usr or /usr/local. Install Node with its headers (package libnode-dev or nodejs-dev)."
}

# libtensorflow and its headers from the wheel, as tfjs-node's installer leaves them in deps/.
unpack_tensorflow() {
  python3 -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 \
    --platform manylinux_2_17_x86_64 --dest wheel "tensorflow-cpu==$tensorflow"
  mkdir -p "$1/lib"
  python3 - wheel/*.whl "$1" <<'PYTHON'
import pathlib, shutil, sys, zipfile
wheel, deps = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2])
headers = "tensorflow/include/"
wanted = tuple(headers + each for each in ("tensorflow/c/", "tensorflow/core/platform/ctstring", "tsl/", "tensorflow/tsl/"))
for name in wheel.namelist():
    if name.startswith(wanted) and name.endswith(".h"):
        to = deps / "include" / name.removeprefix(headers)
    elif name in ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2"):
        to = deps / "lib" / name.removeprefix("tensorflow/")
    else:
        continue
    to.parent.mkdir(parents=True, exist_ok=True)
    with wheel.open(name) as source, to.open("wb") as target:
        shutil.copyfileobj(source, target)
PYTHON
  ln -sf libtensorflow_cc.so.2 "$1/lib/libtensorflow.so"
  ln -sf libtensorflow_framework.so.2 "$1/lib/libtensorflow_framework.so"
  rm -r wheel
}

checkout=$(cd "$(dirname "$0")/../.." && pwd)
headers=$(node_headers)
folder=${NATIVE_ENGINE_FOLDER:-$(mktemp -d)}
[ -n "${NATIVE_ENGINE_FOLDER:-}" ] || trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder"
cd "$folder"

addon=node_modules/@tensorflow/tfjs-node
if [ ! -f "$addon/lib/napi-v8/tfjs_binding.node" ]; then
  echo 'Installing the packages with tfjs-node, without its installer …'
  cp "$checkout"/{package.json,package-lock.json,.npmrc} .
  npm ci --ignore-scripts --no-audit --no-fund >install.log 2>&1 || { cat install.log; exit 1; }
  npm rebuild node esbuild >install.log 2>&1 || { cat install.log; exit 1; }
  echo "Unpacking libtensorflow of tensorflow-cpu $tensorflow …"
  unpack_tensorflow "$addon/deps"
  echo 'Building the addon …'
  (cd "$addon" && npm_config_nodedir=$headers npx node-pre-gyp install --build-from-source) >build.log 2>&1 ||
    { tail -40 build.log; exit 1; }
fi

rm -rf functions shared local infra cli scripts test
cp -r "$checkout"/{functions,shared,local,infra,cli,scripts,test} .
cp "$checkout"/{vitest.config.ts,tsconfig.json} .
EXPECTED_TFJS_BACKEND=tensorflow npx vitest run test/algorithms/networks-tfjs.test.ts
