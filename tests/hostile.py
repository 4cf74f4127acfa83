"""What a hostile service, host or file can send: floods, bombs, dribbles, files of two kinds."""

from __future__ import annotations

import gzip
import io
import json
import socket
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import patience
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

MB = 1000 * 1000
MARKUP = "<script>window.hacked=1</script><img src=//evil.invalid onerror=window.hacked=1>"


def run_child(source: str, *arguments: str, seconds: float = patience.SECONDS) -> dict[str, Any]:
    """Run a script in a process of its own, killed when it hangs; return the JSON that it ends with."""
    command = [sys.executable, "-c", source, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def flood(size: int = 100 * MB) -> bytes:
    """Return an envelope of so many bytes."""
    return b'{"code":200,"msg":"success","data":"' + b"a" * size + b'"}'


def bomb(size: int = 100 * MB) -> bytes:
    """Return the same, packed to a thousandth."""
    return gzip.compress(flood(size), 6)


@contextmanager
def dribbling(head: bytes, seconds: float = 0.02, came: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Yield the address of a server that sends a head and then a byte now and then, without end.

    Args:
        head: What it sends at once.
        seconds: Between two bytes.
        came: Called at every request.
    """
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while not over.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=dribble, args=(connection,), daemon=True).start()

        def dribble(connection: socket.socket) -> None:
            with connection:
                try:
                    connection.recv(65536)
                    came()
                    connection.sendall(head)
                    while not over.wait(seconds):
                        connection.sendall(b" ")
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        listener.shutdown(socket.SHUT_RDWR)


class Elsewhere(httpx.AsyncHTTPTransport):
    """The network, in which names of the internet stand for servers of the test."""

    def __init__(self, **servers: str) -> None:
        super().__init__()
        self._servers = {name.replace("_", "."): httpx.URL(url) for name, url in servers.items()}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        there = self._servers.get(request.url.host)
        if there is not None:
            request.url = request.url.copy_with(scheme="http", host=there.host, port=there.port)
        return await super().handle_async_request(request)


# ---- pictures ----


def picture(kind: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), (200, 30, 30)).save(out, kind, **how)
    return out.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def huge_png(side: int = 50_000) -> bytes:
    """Return a PNG that says it has so many pixels a side, and has the first rows of them."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(side)))
        + chunk(b"IEND", b"")
    )


def with_chunks(*chunks: bytes) -> bytes:
    """Return a PNG with chunks after its header."""
    plain = picture()
    return plain[:33] + b"".join(chunks) + plain[33:]


def texts() -> PngImagePlugin.PngInfo:
    found = PngImagePlugin.PngInfo()
    found.add_text("XML:com.adobe.xmp", MARKUP * 50)
    found.add_itxt("Comment", MARKUP)
    return found


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (64, 64), (n * 4, 0, 0)) for n in range(50)]
    return picture_of(frames, kind)


def picture_of(frames: list[Image.Image], kind: str) -> bytes:
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def refused_pictures() -> dict[str, bytes]:
    """Return files that are no pictures, or too costly to look at, by name."""
    whole, zeros = picture("JPEG"), zlib.compress(bytes(200 * MB))
    return {
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "HTML": f"<html>{MARKUP}</html>".encode(),
        "GIF": picture("GIF"),
        "TIFF": picture("TIFF"),
        "ICO": picture("ICO"),
        "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n",
        "PDF": b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/OpenAction 2 0 R>>",
        "50,000 x 50,000": huge_png(),
        "a PNG of no pixels": huge_png(0),
        "a text that unpacks to 200 MB": with_chunks(chunk(b"zTXt", b"a\0\0" + zeros)),
        "a profile that unpacks to 200 MB": with_chunks(chunk(b"iCCP", b"a\0\0" + zeros)),
        "cut in the middle": whole[: len(whole) // 2],
        "cut before its end": whole[:-40],
        "a name before the picture": MARKUP.encode() + whole,
        "a film of nothing": b"\0\0\0\x18ftypisom" + bytes(200),
        "a film that says it is large": b"\0\0\0\x18ftypisom\0\0\2\0isomiso2\xff\xff\xff\xffmoov" + bytes(64),
        "nothing": b"",
    }


def kept_pictures() -> dict[str, bytes]:
    """Return pictures with more in them than a picture, by name."""
    return {
        "a page behind the picture": picture("JPEG") + MARKUP.encode(),
        "an archive behind the picture": picture() + b"PK\x03\x04" + bytes(500),
        "markup in texts": picture(pnginfo=texts()),
        "markup in a comment": picture("JPEG", comment=MARKUP.encode()),
        "a broken profile": picture("JPEG", icc_profile=b"\xff" * 5000),
        "a broken EXIF": picture("JPEG", exif=b"Exif\0\0" + b"II*\0\xff\xff\xff\xff" * 40),
        "broken XMP": picture("WEBP", xmp=MARKUP.encode() * 20),
        "an animated PNG": animated("PNG"),
        "an animated WebP": animated("WEBP"),
    }


# ---- answers ----

NASTY = st.sampled_from(
    ["\0", "\ud800", "\u202e", MARKUP, "a" * 5000, "{" * 500, "%s%n", "'; DROP TABLE task; --"]
)
TEXT = st.text(max_size=30) | NASTY
NUMBER = st.integers() | st.floats() | st.just(10**400)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
RESULTS = st.lists(st.fixed_dictionaries({"resultUrl": TEXT}) | TEXT | JSON, max_size=6)
RECORD = st.fixed_dictionaries(
    {"successFlag": st.sampled_from([0, 1, 2, 3])},
    optional={
        "taskId": JSON,
        "taskType": JSON,
        "paramJson": JSON | JSON.map(lambda said: json.dumps(said)),
        "createTime": JSON,
        "completeTime": JSON,
        "resultInfoJson": JSON | st.fixed_dictionaries({"resultUrls": RESULTS}),
        "errorCode": JSON,
        "errorMessage": JSON,
    },
)
