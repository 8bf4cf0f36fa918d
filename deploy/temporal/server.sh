#!/bin/sh
# The server takes its password from the environment only; it gets there here, so that no inspection of the container
# shows it.
set -eu
POSTGRES_PWD="$(cat "$POSTGRES_PWD_FILE")"
export POSTGRES_PWD
exec "${ENTRYPOINT:-/etc/temporal/entrypoint.sh}"
