#!/bin/sh
# test.sh BIN: lint, then all tests, then some again on the newest supported Python that the machine has.
set -eu
bin=$1
sh .ci/chromium.sh
sh .ci/postgres.sh
sh .ci/faketime.sh
"$bin/ruff" check
"$bin/ruff" format --check
"$bin/mypy"
# What programs keep in a home (fonts, profiles, settings) stays below this folder; what was downloaded is kept
# where pip and uv keep it for all projects.
mkdir -p build/home
tests() {
    env -u XDG_CACHE_HOME -u XDG_CONFIG_HOME -u XDG_DATA_HOME HOME="$PWD/build/home" \
        UV_CACHE_DIR="${UV_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/uv}" "$@" -n 4 --dist worksteal
}
tests "$bin/python" -m pytest

# The rooms that meet the interpreter (loop, sockets, files, SQLite, kernels), again on the newest supported Python
# that the machine has; `make test-all` runs all quick tests on every one.
own=$("$bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
for version in 3.13 3.12 3.11; do
    [ "$version" = "$own" ] && break
    other=$(sh .ci/find_python.sh "$version") || continue
    echo "== Python $version"
    sh .ci/install.sh "$other" ".venv-$version" again
    tests ".venv-$version/bin/python" -m pytest tests/test_architecture.py tests/test_client.py \
        tests/test_errors.py tests/test_ledger.py tests/test_loop.py tests/test_magics.py tests/test_media.py \
        tests/test_sessions.py tests/test_tracking.py
    break
done
