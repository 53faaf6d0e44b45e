#!/bin/sh
# The image's entry point: "work --job ID" and "work --queue" run anywhere, everything else is Lambda's own.
# exec: the signals that end a container reach Node itself.
if [ "$1" = work ]; then
  shift
  exec node --enable-source-maps "${LAMBDA_TASK_ROOT:-/var/task}/work.mjs" "$@"
fi
exec /lambda-entrypoint.sh "$@"
