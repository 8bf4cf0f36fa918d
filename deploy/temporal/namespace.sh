#!/bin/sh
# Our namespace, made when missing; how long finished cases are kept is set each time.
set -eu
tries=0
until temporal operator cluster health; do
    tries=$((tries + 1))
    [ "$tries" -lt 20 ] || exit 1
    sleep 3
done
if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
else
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi
