#!/bin/sh
# Makes the secrets that are not there yet, one file each. None is ever changed: a changed one locks its owner out.
# Compose hands files over with the owner and mode they have here (docker/compose#9648), and the containers run as users
# of their own; so each file can be read by everybody, and the folder by nobody but its owner.
set -eu
folder="${1:-$(dirname "$0")/secrets}"
umask 077
mkdir -p "$folder"
chmod 700 "$folder"
for name in postgresql_password temporal_database_password vaka_database_password vaka_id_secret \
    vaka_callback_secret; do
    [ -s "$folder/$name" ] && continue
    # Letters and digits only: Temporal's own template puts the password between quotes.
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$folder/.$name"
    chmod 444 "$folder/.$name"
    mv "$folder/.$name" "$folder/$name"
    echo "made $folder/$name"
done
# What others have chosen.
if [ ! -s "$folder/vaka_sms_password" ]; then
    echo "missing: $folder/vaka_sms_password, our password at the SMS gateway (mode 444)" >&2
    exit 1
fi
