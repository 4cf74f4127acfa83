#!/bin/sh
# chromium.sh: see to it that Debian's chromium is there, which the browser tests drive.
command -v chromium >/dev/null && exit 0
echo "installing chromium for the browser tests"
as_root=$([ "$(id -u)" = 0 ] || echo sudo)
packages="chromium fonts-dejavu-core fonts-liberation fonts-noto-color-emoji"
{ $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $packages; } >/dev/null || {
    echo "the browser tests need chromium; install it and say make test again" >&2
    exit 1
}
