#!/bin/sh
# test.sh BIN: lint, then all tests, then the quick ones again on the newest supported Python that the machine has.
set -eu
bin=$1
sh .ci/chromium.sh
sh .ci/postgres.sh
sh .ci/faketime.sh
"$bin/ruff" check
"$bin/ruff" format --check
"$bin/mypy"
# What the tests' own matplotlib and IPython keep stays below this folder, not in the home.
mkdir -p build
export MPLCONFIGDIR="$PWD/build/matplotlib" IPYTHONDIR="$PWD/build/ipython"
"$bin/python" -m pytest -n 3 --dist worksteal

own=$("$bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
for version in 3.13 3.12 3.11; do
    [ "$version" = "$own" ] && break
    other=$(sh .ci/find_python.sh "$version") || continue
    echo "== Python $version"
    sh .ci/install.sh "$other" ".venv-$version" test
    ".venv-$version/bin/python" -m pytest -n 3 --dist worksteal -m "not slow"
    break
done
