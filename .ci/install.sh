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
by_pip() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
by_uv() { "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" "$@" 2>/dev/null; }
# uv takes a fifth of pip's time; where it finds no packages (it does not read pip's settings) pip installs them,
# and says what is wrong, if anything is.
by_pip -c constraints.txt uv && by_uv -c constraints.txt -e . --group "$group" || {
    by_pip --upgrade 'pip>=25.1'
    by_pip --no-compile -c constraints.txt -e . --group "$group"
}
# Compiled with all processors, which pip does with one; what fails to compile is no part that anybody imports.
"$venv/bin/python" -W ignore -m compileall -qq -j 0 -x '/tests?/' "$venv/lib" || true
