#!/bin/sh
# test.sh BIN: lint, then all tests, then the quick ones again on every other supported Python that the machine has.
set -eu
bin=$1
sh .ci/chromium.sh
sh .ci/postgres.sh
sh .ci/faketime.sh
"$bin/ruff" check
"$bin/ruff" format --check
"$bin/mypy"
"$bin/python" -m pytest -n 2 --dist worksteal

own=$("$bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
for version in 3.11 3.12 3.13; do
    [ "$version" = "$own" ] && continue
    other=$(sh .ci/find_python.sh "$version") || continue
    echo "== Python $version"
    sh .ci/install.sh "$other" ".venv-$version" test
    ".venv-$version/bin/python" -m pytest -n 2 --dist worksteal -m "not slow"
done
