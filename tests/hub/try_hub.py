"""Callbacks through JupyterHub: its proxy, a spawned single-user server with the extension, a kernel of that.

Run by ``try_hub.sh``; prints one line per thing shown and fails at the first that does not hold.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from callers import KEY, Answered, end, flood, send, signed
from faulty import GENERATE, RECORD, Faulty, record, taken, until
from jupyters import SHIPPED, Kernel

TOKEN = "the-token-of-the-driver"
CONFIG = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{port}/"
c.JupyterHub.public_url = "http://127.0.0.1:{port}/"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}/"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.ConfigurableHTTPProxy.command = ["{folder}/npm/node_modules/.bin/configurable-http-proxy"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy}"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/home"
c.Spawner.cmd = ["{bin}/jupyterhub-singleuser"]
c.Spawner.args = ["--allow-root"]
c.Spawner.environment = {environment!r}
c.JupyterHub.services = [{{"name": "driver", "api_token": "{token}"}}]
scopes = ["admin:users", "admin:servers", "access:servers"]
c.JupyterHub.load_roles = [{{"name": "driver", "scopes": scopes, "services": ["driver"]}}]
"""
SETUP = """
import mjnb as mj
from mjnb.tracking import polling
polling.SAFETY_NET = 3600.0
session = mj.use(mj.Session(base_url={url!r}, api_key="k", data_dir="data", webhook_key={key!r}))
session.callbacks()
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def show(what: str, found: Any, wanted: Any) -> None:
    print(f"{what}: {found}", flush=True)
    assert found == wanted, wanted


def main(folder: Path) -> None:
    home = folder / "home"
    own = {f"JUPYTER_{name}": str(home / name.lower()) for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")}
    shutil.copytree(SHIPPED, home / "config_dir")
    port, hub, proxy = free_port(), free_port(), free_port()
    said = {"folder": folder, "bin": Path(sys.executable).parent, "environment": own, "token": TOKEN}
    config = folder / "jupyterhub_config.py"
    config.write_text(CONFIG.format(port=port, hub=hub, proxy=proxy, **said))
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith(("JUPYTER", "MJNB_"))
    }
    with (folder / "hub.log").open("w") as log:
        command = [sys.executable, "-m", "jupyterhub", "-f", str(config), "--debug"]
        running = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        try_it(f"http://127.0.0.1:{port}", home, folder / "hub.log")
    except BaseException:
        print((folder / "hub.log").read_text()[-5000:])
        raise
    finally:
        running.terminate()
        running.wait(60)


def try_it(url: str, home: Path, log: Path) -> None:
    def ask(method: str, path: str, body: Any = None) -> Answered:
        return send(url + path, body, {"Authorization": f"token {TOKEN}"}, method)

    def up() -> bool:
        try:
            return send(f"{url}/hub/api/", method="GET").status == 200
        except OSError:
            return False

    until(up, 60)
    print("hub:", json.loads(send(f"{url}/hub/api/", method="GET")[2]), flush=True)
    ask("POST", "/hub/api/users/jo")
    ask("POST", "/hub/api/users/jo/server", {})
    until(lambda: json.loads(ask("GET", "/hub/api/users/jo")[2])["servers"].get("", {}).get("ready"), 60)
    answer = ask("POST", "/user/jo/api/kernels", {"name": "python3"})
    assert answer.status == 201, answer
    kernel = Kernel(home / "runtime_dir" / f"kernel-{json.loads(answer[2])['id']}.json")
    with Faulty() as service:
        through_the_hub(url, kernel, service, home, log)
    kernel.close()


def through_the_hub(url: str, kernel: Kernel, service: Faulty, home: Path, log: Path) -> None:
    service.script(GENERATE, taken())
    service.script(RECORD, record(1, []))
    shown = kernel.run(SETUP.format(url=service.url, key=KEY))
    show(
        "mj.callbacks()",
        shown,
        f"callbacks at {url}/user/jo/mjnb/hook/… through the Jupyter server, signed: none so far",
    )
    kernel.run("task = mj.imagine('a red fox')")
    own = json.loads(next(one.body for one in service.seen if one.path == GENERATE))["callBackUrl"]
    show("forged, through the proxy", send(own, end(), signed(key="another")).status, 404)
    show("unsigned", send(own, end()).status, 404)
    show("oversized", send(own, b" " * 70_000, signed()).status, 413)
    show("GET", send(own, method="GET").status, 404)
    show("another session's address", send(own.replace("hook/", "hook/x"), end(), signed()).status, 404)
    good = send(own, end(), signed())
    show("signed", good.status, 200)
    show(
        "cookies and CORS headers", {"set-cookie", "access-control-allow-origin"} & good.headers.keys(), set()
    )
    show("the task", kernel.run("print(task.wait(30).state)"), "succeeded")
    show("replayed", send(own, end(), signed()).status, 404)
    show("api/contents without a login", send(f"{url}/user/jo/api/contents", {}).status, 403)
    show("a flood of 1,000/s", dict(flood(own, end())), {404: 3000})
    until(lambda: "3001 forged" in kernel.run("print(session.callbacks().counts)"))
    print("counts:", kernel.run("print(session.callbacks().counts)"))
    secret = own.partition("hook/")[2].partition("?")[0]
    show("the secret in the logs of hub, proxy and server", secret in log.read_text(), False)


main(Path(sys.argv[1]).resolve())
