#!/bin/sh
# Run once by the container of PostgreSQL, when its database is made: one role that owns the tables, one for the application.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres --dbname postgres \
  --set owner_password="$(cat /run/secrets/owner.password)" \
  --set application_password="$(cat /run/secrets/application.password)" <<'SQL'
CREATE ROLE caseaudit_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE caseaudit LOGIN PASSWORD :'application_password';
CREATE DATABASE caseaudit OWNER caseaudit_owner;
REVOKE ALL ON DATABASE caseaudit FROM PUBLIC;
GRANT CONNECT ON DATABASE caseaudit TO caseaudit;
SQL
