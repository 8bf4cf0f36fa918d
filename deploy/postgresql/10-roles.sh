#!/bin/sh
# Runs once, when the volume is new: an account for Temporal, one for us, and our two databases.
set -eu
secrets="${SECRETS:-/run/secrets}"
export temporal="$secrets/temporal_database_password" vaka="$secrets/vaka_database_password"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set temporal `cat "$temporal"`
\set vaka `cat "$vaka"`
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'temporal';
CREATE ROLE vaka LOGIN PASSWORD :'vaka';
CREATE DATABASE vaka_projection OWNER vaka;
CREATE DATABASE vaka_journal OWNER vaka;
CREATE DATABASE vaka_departures OWNER vaka;
REVOKE ALL ON DATABASE vaka_projection, vaka_journal, vaka_departures FROM PUBLIC;
SQL
