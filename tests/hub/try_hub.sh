#!/bin/sh
# try_hub.sh: callbacks behind a real JupyterHub and its proxy, in a folder of its own; needs node, npm and a network.
# Not part of `make test`: it installs jupyterhub and configurable-http-proxy first (about 20 s).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${1:-$here/../../.venv/bin/python}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
packages=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
own=$("$folder/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "import site; site.addsitedir('$packages')" >"$own/mjnb.pth"  # the hub's environment sees what is tested
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'jupyterhub>=5' 2>&1 | grep -v '^WARNING' || true
npm install --silent --no-audit --no-fund --prefix "$folder/npm" configurable-http-proxy
"$folder/venv/bin/python" "$here/try_hub.py" "$folder"
