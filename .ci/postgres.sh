#!/bin/sh
# postgres.sh: see to it that a PostgreSQL server's programs are there, which the ledger's tests start themselves.
command -v initdb >/dev/null && command -v postgres >/dev/null && exit 0
for folder in /usr/lib/postgresql/*/bin; do
    [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && exit 0
done
echo "installing postgresql for the ledger's tests"
as_root=$([ "$(id -u)" = 0 ] || echo sudo)
{ $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends postgresql; } >/dev/null || {
    echo "the ledger's tests need PostgreSQL; install it and say make test again" >&2
    exit 1
}
