"""Odd environments: proxies, certificates, homes, folders; what needs no network opens no client."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import ClassVar

import pytest

from mjnb.client import Client
from mjnb.errors import ConfigError, LedgerError, NotConnected
from mjnb.loop import the_loop
from mjnb.params import Generate
from mjnb.proxies import made
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session

PASSWORD = "canary-3c90"
PROXIES = [
    name for one in ("http", "https", "all", "no") for name in (f"{one}_proxy", f"{one}_proxy".upper())
]

WRONG = [  # variable, value; each is named, and what it says that may be secret is not shown
    ("NO_PROXY", "::1/128"),
    ("NO_PROXY", "localhost,127.0.0.0/8,fd00::/8"),
    ("no_proxy", "[::1]"),
    ("NO_PROXY", "[::1]:8080"),
    ("NO_PROXY", "::ffff:1.2.3.4/96"),
    ("NO_PROXY", "fe80::1%eth0/64"),
    ("NO_PROXY", "example.com:port"),
    ("NO_PROXY", "é"),
    ("ALL_PROXY", f"socks5://user:{PASSWORD}@127.0.0.1:1"),
    ("all_proxy", "SOCKS5H://127.0.0.1:1"),
    ("HTTPS_PROXY", f"socks4://user:{PASSWORD}@127.0.0.1:1"),
    ("HTTPS_PROXY", "ftp://127.0.0.1"),
    ("HTTPS_PROXY", "://"),
    ("https_proxy", "http://"),
    ("HTTPS_PROXY", "http://127.0.0.1:port"),
    ("HTTP_PROXY", "127.0.0.1:99999999"),
    ("HTTPS_PROXY", "http://[::1"),
    ("HTTPS_PROXY", f"http://user:{PASSWORD}#x@127.0.0.1:1"),
    ("http_proxy", f"http://user:{PASSWORD}/x@127.0.0.1:1"),
    ("SSL_CERT_FILE", "/nowhere/certificates.pem"),
    ("SSL_CERT_FILE", "/"),
    ("SSL_CERT_FILE", "/etc/passwd"),
    ("SSL_CERT_DIR", "/nowhere"),
    ("SSL_CERT_DIR", f"/nowhere{os.pathsep}/etc/passwd"),
    ("SSLKEYLOGFILE", "/nowhere/keys.log"),
]
FINE = [
    *(
        ("NO_PROXY", said)
        for said in ("", "*", "::1", "localhost,::1,fe80::1%eth0", "10.0.0.0/8,.x.org,*.y.org")
    ),
    ("NO_PROXY", " a.org , b.org,"),
    *((name, "") for name in ("HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")),
    ("HTTPS_PROXY", "127.0.0.1:1"),
    ("HTTPS_PROXY", "http://[::1]:1"),
    ("HTTPS_PROXY", f"http://user:{PASSWORD} x@127.0.0.1:1"),
    ("REQUESTS_CA_BUNDLE", "/nowhere"),
    ("CURL_CA_BUNDLE", "/nowhere"),
]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*PROXIES, "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"]:
        monkeypatch.delenv(name, raising=False)


def test_what_needs_no_network_works_and_what_does_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, (variable, value) in enumerate(WRONG):
        with monkeypatch.context() as one:
            one.setenv(variable, value)
            folder = tmp_path / str(number)
            with Session(base_url="https://127-0-0-1.invalid", api_key=PASSWORD, data_dir=folder) as session:
                assert len(session.tasks()) == len(session.images()) == 0
                assert session.imagine("a fox", dry_run=True).credits > 0
                sweep = session.sweep("a {x} fox", x=["red", "grey"])
                assert sweep.plan().to_pay == 2
                for work in (lambda: session.imagine("a fox"), session.credits, sweep.run):
                    with pytest.raises(
                        ConfigError, match=f"^{variable} .*no connection can be made"
                    ) as caught:
                        work()
                    assert "Or unset it" in caught.value.hint
                    assert PASSWORD not in "".join(caught.value._render_traceback_()), variable
                    assert caught.value.__context__ is None or PASSWORD not in str(caught.value.__context__)
                assert len(session.tasks()) == 0, "nothing was recorded of what could not be sent"


def test_what_others_write_into_such_variables_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in FINE:
        with monkeypatch.context() as one:
            one.setenv(variable, value)
            the_loop().run(made(trust_env=True).aclose())


def test_a_service_on_this_machine_needs_no_proxy(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, f"http://user:{PASSWORD}@127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "::1/128")
    for host in ("127.0.0.1", "localhost", "127.1", "LOCALHOST"):
        with Session(base_url=f"http://{host}:{sandbox.port}", api_key=sandbox.key, data_dir=host) as session:
            assert session.credits() == 10_000, host


def test_a_proxy_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    request = Generate(task_type="mj_txt2img", prompt="x", speed="fast")
    for variable, value in [
        ("HTTPS_PROXY", f"http://user:{PASSWORD}@127.0.0.1:9"),
        ("https_proxy", "127.0.0.1:9"),
        ("ALL_PROXY", "http://127.0.0.1:9"),
        ("all_proxy", "http://localhost:9"),
    ]:
        with monkeypatch.context() as one:
            one.setenv(variable, value)
            client = Client("https://api.example.com", "k")
            with pytest.raises(NotConnected, match=f"by the proxy of {variable}") as caught:
                the_loop().run(client.submit(request))
            assert PASSWORD not in str(caught.value)
            the_loop().run(client.close())


# ---- homes and folders -------------------------------------------------------------------------------


def test_a_data_folder_that_cannot_be_used_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere" / "at all")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "spooled").mkdir()
    (tmp_path / "spooled" / "spool").write_text("mine")
    (tmp_path / "based").mkdir()
    (tmp_path / "based" / "ledger.db").mkdir()
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "sandbox.jsonl").symlink_to(file)
    odd = [
        file,
        file / "below",
        tmp_path / "dangling",
        tmp_path / "circle",
        Path("/proc/mjnb"),
        Path("/dev/null"),
    ]
    odd += [
        Path("/dev/full/x"),
        tmp_path / ("x" * 300),
        tmp_path / "spooled",
        tmp_path / "based",
        tmp_path / "books",
    ]
    for folder in odd:
        with pytest.raises((LedgerError, ConfigError)) as caught, Session(data_dir=folder) as session:
            session.imagine("a fox").wait()
        assert caught.value.hint, folder
    assert file.read_text() == (tmp_path / "spooled" / "spool").read_text() == "mine"


LOST = """
import os, sys
os.mkdir("gone"); os.chdir("gone"); os.rmdir("../gone")
from mjnb import config
from mjnb.errors import MJError
from mjnb.sessions import Session
for how in ({}, {"data_dir": "here"}, {"data_dir": sys.argv[1]}):
    try:
        with Session(**how) as session:
            print(len(session.tasks()))
    except MJError as error:
        print(type(error).__name__, error.message)
"""


def test_a_working_folder_that_was_deleted_is_told(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOST, str(tmp_path / "data")], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    gone = "ConfigError the working folder is gone (No such file or directory)"
    assert done.stdout.splitlines() == [gone, gone, "0"]


HOME = "import mjnb.config, sys; print(mjnb.config.settings(data_dir=sys.argv[1]).data_dir)"


def test_no_home_is_needed_where_none_is_named(tmp_path: Path) -> None:
    bare = {name: text for name, text in os.environ.items() if name not in ("HOME", "USERPROFILE")}
    for home in (None, "", "/nowhere/at/all", "/proc/1", "relative"):
        env = bare if home is None else {**bare, "HOME": home}
        done = subprocess.run(
            [sys.executable, "-c", HOME, "data"], capture_output=True, text=True, cwd=tmp_path, env=env
        )
        assert done.stdout == f"{tmp_path / 'data'}\n", done.stderr


class Setting(http.server.BaseHTTPRequestHandler):
    """A host that sets a cookie with each answer, and counts those that come back."""

    came: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.came.append(self.headers.get("Cookie", ""))
        self.send_response(200)
        self.send_header("Set-Cookie", f"seen{len(self.came)}=1; Path=/; Max-Age=99999")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_no_cookie_is_kept_or_sent_back() -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Setting) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{host.server_port}/"

        async def ask() -> int:
            async with made(trust_env=False) as client:
                for _ in range(3):
                    assert (await client.get(url)).headers["set-cookie"]
                return len(client.cookies)

        assert the_loop().run(ask()) == 0
        host.shutdown()
    assert Setting.came == ["", "", ""]
