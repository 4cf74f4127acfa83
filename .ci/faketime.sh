#!/bin/sh
# faketime.sh: see to it that libfaketime is there, which shifts the clock of a process in the tests of clocks.
ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 && exit 0
echo "installing faketime for the tests of clocks"
as_root=$([ "$(id -u)" = 0 ] || echo sudo)
{ $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends faketime; } >/dev/null || {
    echo "the tests of clocks need faketime; install it and say make test again" >&2
    exit 1
}
