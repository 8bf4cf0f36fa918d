#!/bin/sh
# Temporal's two databases at the schema of this release: made when missing, brought up when old, else left alone.
set -eu
SQL_PASSWORD="$(cat "$SQL_PASSWORD_FILE")"
export SQL_PASSWORD
for database in temporal temporal_visibility; do
    export SQL_DATABASE="$database"
    temporal-sql-tool create-database
    temporal-sql-tool setup-schema --version 0.0
    # The schema is in the tool itself, so that it can be no other release's.
    temporal-sql-tool update-schema --schema-name "postgresql/v12/${database#temporal_}"
done
