#!/bin/sh
# install.sh PYTHON VENV GROUP: make the virtual environment if need be and install mjnb with a group of dependencies.
set -eu
python=$1 venv=$2 group=$3
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "mjnb needs Python 3.11 or newer; say make PYTHON=python3.12" >&2
    exit 1
}
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "installing into $venv ($group)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    -c constraints.txt -e . --group "$group"
# Compiled with all processors, which pip does with one; what fails to compile is no part that anybody imports.
"$venv/bin/python" -W ignore -m compileall -qq -j 0 -x '/tests?/' "$venv/lib" || true
