#!/bin/sh
# find_python.sh VERSION: print a Python of that version, from the path or from pyenv; fail when there is none.
for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python; do
    found=$("$candidate" -c 'import sys; print(sys.executable, "%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    [ "${found##* }" = "$1" ] && { echo "${found% *}"; exit 0; }
done
exit 1
