#!/bin/sh
# test_all.sh: the quick tests on every supported Python that the machine has.
set -eu
for version in 3.11 3.12 3.13; do
    python=$(sh .ci/find_python.sh "$version") || continue
    echo "== Python $version"
    sh .ci/install.sh "$python" ".venv-$version" test
    ".venv-$version/bin/python" -m pytest -n 3 --dist worksteal -m "not slow"
done
