"""A server that echoes the key it was sent, wherever it can, however spelled: it is told and kept nowhere."""

from __future__ import annotations

import gzip
import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from canaries import KEY, WEBHOOK, caught, shown_by_ipython, shown_by_rich, told_by
from faulty import CREDIT, GENERATE, RECORD, Answer, Faulty, Seen, envelope, record, redirect, taken
from PIL import Image
from test_intake import spellings

from mjnb import errors
from mjnb.sessions import Session

HELD = sorted({one for key in (KEY, WEBHOOK) for one in spellings(key)})
LOUD = ("httpx", "httpcore", "sqlalchemy", "asyncio", "mjnb")
WAIT = 120.0  # seconds


def held_in(told: str) -> list[str]:
    """Return the spellings of a key, and of all but its last letter, that a text holds."""
    return [one for one in (*HELD, KEY[:-1], WEBHOOK[:-1]) if one in told]


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(out, "PNG")
    return out.getvalue()


def odd(status: int, said: str) -> Answer:
    return Answer(status, said.encode(), {"Content-Type": "text/html", "X-Echo": said.replace("\n", " ")})


REFUSED: dict[str, Callable[[str], Answer]] = {
    "msg": lambda k: envelope(code=422, msg=f"no task for {k}"),
    "msg of another type": lambda k: envelope(code=400, msg={"told": [k]}),  # type: ignore[arg-type]
    "unclear": lambda k: envelope(code=500, msg=k),
    "taskId": lambda k: envelope({"taskId": k}),
    "taskId with more": lambda k: envelope({"taskId": f"t-{k}-1"}, code=501),
    "a page": lambda k: odd(502, f"<p>{k}</p>"),
    "a page that refuses": lambda k: odd(403, f"<p>{k}</p>"),
    "packed": lambda k: Answer(
        200, gzip.compress(json.dumps({"code": 455, "msg": k}).encode()), {"Content-Encoding": "gzip"}
    ),
    "utf-16": lambda k: Answer(200, json.dumps({"code": 433, "msg": k}).encode("utf-16")),
    "cut": lambda k: Answer(200, json.dumps({"code": 401, "msg": k}).encode(), missing=50),
    "cut in the key": lambda k: Answer(200, f'{{"code":401,"msg":"{k[:-1]}'.encode(), missing=50),
    "a header that cannot be": lambda k: Answer(200, b"{}", {"X Echo": k.replace("\n", " ")}),
    "a name of a header": lambda k: Answer(200, b"{}", {f"{k.replace(' ', '(')}\x01": "x"}),
    "a packing": lambda k: Answer(200, b"{}", {"Content-Encoding": k.replace("\n", " ")}),
    "Retry-After": lambda k: envelope(code=402, msg="x", Retry_After=k.replace("\n", " ")),
    "Location": lambda k: redirect(f"/{k.replace(' ', '')}"),
}


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    before = {name: logging.getLogger(name).level for name in LOUD}
    for name in ("", *LOUD):
        caplog.set_level(logging.DEBUG, name)
    yield caplog
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def opened(server: Faulty, folder: Path) -> Session:
    return Session(
        base_url=server.url, api_key=KEY, webhook_key=WEBHOOK, time_scale=2000, data_dir=folder / "data"
    )


def hold_clean(session: Session, logs: pytest.LogCaptureFixture, folder: Path) -> None:
    """Hold that no key is in what is shown, kept or logged."""
    shown = []
    for own_id in session.tasks()["id"]:
        task = session.task(own_id)
        shown += [repr(task), str(task._repr_mimebundle_()), repr(vars(task.entry)), task.trouble]
        shown += [f"{one.url} {one.error} {one!r}" for one in task.images]
    shown += [str(session.tasks().to_dicts()), str(session.images().to_dicts()), repr(session)]
    assert held_in("\n".join(shown)) == []
    assert held_in(logs.text + "".join(repr(one.__dict__) for one in logs.records)) == []
    hold_clean_files(folder)


def test_an_echo_in_an_answer_to_a_submit_is_told_nowhere(
    faulty: Faulty, tmp_path: Path, logs: pytest.LogCaptureFixture
) -> None:
    faulty.script(RECORD, envelope(None))
    with opened(faulty, tmp_path) as session:
        for number, (name, answer) in enumerate(REFUSED.items()):
            echoes = [f"Bearer {KEY}", WEBHOOK, HELD[number * 7 % len(HELD)], HELD[-1 - number * 5]]
            for echo in echoes:
                faulty.script(GENERATE, answer(echo))
                error = caught(lambda: session.imagine("a red fox"))
                assert isinstance(error, errors.MJError), name
                told = told_by(error) + shown_by_ipython(error) + shown_by_rich(error)
                assert held_in(told) == [], name
        hold_clean(session, logs, tmp_path)
        assert "httpcore" in {one.name.partition(".")[0] for one in logs.records}
        assert any("***" in str(one) for one in session.tasks()["error"])
    hold_clean_files(tmp_path)


def hold_clean_files(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            assert held_in(path.read_bytes().decode("latin-1")) == [], path.name


def echoed(asked: Seen, number: int) -> dict[str, Any]:
    """Return what a record may echo, in all of its fields."""
    said = HELD[number * 11 % len(HELD)]
    own = asked.headers["authorization"]
    return {
        "taskId": asked.query["taskId"][0],
        "taskType": own,
        "paramJson": json.dumps({"prompt": f"a fox {own}", "said": said, "callBackUrl": None}),
        "errorCode": said,
        "completeTime": None,
        "more": {own: [said]},
    }


def test_an_echo_in_a_record_is_kept_nowhere(
    faulty: Faulty, tmp_path: Path, logs: pytest.LogCaptureFixture
) -> None:
    numbers = iter(range(10_000))
    faulty.script(GENERATE, lambda _: taken(f"{next(numbers):032x}"))
    faulty.script(".png", Answer(200, picture()))
    faulty.script("moved.jpg", lambda _: redirect(f"{faulty.url}/{KEY}.png?k={KEY}"))
    faulty.script("gone.jpg", lambda _: odd(410, KEY))
    faulty.script("broken.jpg", lambda _: Answer(200, b"", {"X Echo": KEY}))
    faulty.script("download-url", lambda asked: envelope(code=422, msg=asked.headers["authorization"]))
    faulty.script(CREDIT, lambda asked: envelope(asked.headers["authorization"]))
    names = ("1.png", f"{KEY}.png", f"moved.jpg?{WEBHOOK}", f"gone.jpg?{KEY.upper()}", f"broken.jpg?{KEY}")
    urls = [f"{faulty.url}/{name}" for name in names]
    ends: list[Callable[[Seen, int], Answer]] = [
        lambda asked, n: record(1, urls, **echoed(asked, n)),
        lambda asked, n: record(2, **{**echoed(asked, n), "errorMessage": asked.headers["authorization"]}),
        lambda asked, n: record(3, **{**echoed(asked, n), "errorMessage": {"told": HELD[n]}}),
    ]
    with opened(faulty, tmp_path) as session:
        for number in range(9):
            end = ends[number % 3]
            faulty.script(RECORD, lambda asked, end=end, n=number: end(asked, n))
            task = session.imagine("a red fox")
            if number % 3:
                assert held_in(told_by(caught(lambda task=task: task.wait(WAIT)))) == []
            else:
                assert [one.state for one in task.wait(WAIT).images][:3] == ["stored"] * 3
                assert json.loads(task.entry.server_param_json or "")["prompt"] == "a fox Bearer ***"
            looked = task.record()
            assert looked is not None
            assert held_in(repr(looked) + looked.raw) == []
        error = caught(session.credits)
        assert held_in(told_by(error) + shown_by_ipython(error)) == []
        hold_clean(session, logs, tmp_path)
    hold_clean_files(tmp_path)
