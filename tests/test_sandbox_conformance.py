"""Every operation of openapi.yaml, asked with what it allows and with what it forbids; and the keys seen.

schemathesis makes the requests and holds every answer against the document.  Its rule that bad data gets a
4xx status is not this service's, which says 200 and puts the code inside, so that is held here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from faulty import CREDIT, GENERATE, RECORD
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from sandbox_talk import (
    BASE64,
    EXTEND,
    INSTANT,
    KEY,
    LINK,
    UPSCALE,
    VARY,
    finished,
    http_client,
    png,
    submit,
    urls,
)
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi_checks

from mjnb.sandbox import Fault, Sandbox
from mjnb.sandbox.tasks import VIDEOS

DOCUMENT = Path(__file__).parent / "data" / "openapi.yaml"
SCHEMA = schemathesis.openapi.from_path(DOCUMENT)
SPEC = SCHEMA.raw_schema
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
BODIES = {
    GENERATE: "GenerateRequest",
    EXTEND: "VideoExtendRequest",
    UPSCALE: "UpscaleRequest",
    VARY: "VaryRequest",
}
ASKED = [
    (label, mode)
    for label in OPERATIONS
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if not (
        label.endswith(CREDIT) and mode is GenerationMode.NEGATIVE
    )  # it takes nothing that could be wrong
]
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]
QUIETLY = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    said: dict[str, Any] = {"latency": INSTANT, "long_side": 32, "credits": 1e9}
    with Sandbox(**said, time_scale=1e4) as running:
        yield running


@pytest.fixture(scope="module")
def talk() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture(scope="module")
def finished_tasks(server: Sandbox) -> dict[str, str]:
    """Tasks that the follow-ups of each path can be about."""
    with http_client(server) as http:
        source = submit(http)
        said = {"taskType": "mj_video", "motion": "low", "speed": None, "videoBatchSize": 4}
        video = submit(http, fileUrls=[urls(http, source)[0]], **said)
        finished(http, video)
        return {UPSCALE: source, VARY: source, EXTEND: video}


# ---- every operation ----


def hold(server: Sandbox, talk: requests.Session, case: Any) -> dict[str, Any]:
    """Send a request, hold its answer against the document, and return it."""
    answer = case.call(base_url=server.url, session=talk, headers=KEY)
    case.validate_response(answer, checks=CHECKS)
    found = answer.json()
    assert answer.status_code == 200
    assert found["code"] == 200 or found["data"] is None
    return dict(found)


@pytest.mark.parametrize(("label", "mode"), ASKED, ids=lambda part: getattr(part, "value", part))
def test_whatever_is_asked_the_answer_is_of_the_documented_form(
    server: Sandbox,
    talk: requests.Session,
    finished_tasks: dict[str, str],
    label: str,
    mode: GenerationMode,
) -> None:
    operation = OPERATIONS[label]
    body = BODIES.get(operation.path)
    codes = []

    @QUIETLY
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if mode is GenerationMode.POSITIVE and operation.path in finished_tasks:
            case.body["taskId"] = finished_tasks[operation.path]
        found = hold(server, talk, case)
        codes.append(found["code"])
        if body is not None and isinstance(case.body, dict) and found["code"] == 200:
            schema = {**SPEC, "$ref": f"#/components/schemas/{body}"}
            Draft202012Validator(schema).validate(tolerated(case.body))

    ask()
    assert len(codes) >= QUIETLY.max_examples
    assert mode is GenerationMode.NEGATIVE or 200 in codes or operation.path not in finished_tasks


def tolerated(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body without what the service is known to forgive: nulls, empty texts, a number as version."""
    said = {name: value for name, value in body.items() if value is not None and value != ""}
    if isinstance(said.get("version"), int | float):
        said["version"] = str(said["version"])
    for name in ("fileUrl", "fileUrls"):
        if name in said:
            said["fileUrls"] = [said[name]] if isinstance(said.pop(name), str) else body[name]
    return said


@pytest.mark.parametrize("path", [*BODIES, LINK, BASE64])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_405(server: Sandbox, path: str, method: str) -> None:
    assert httpx.request(method, server.url + path, headers=KEY).status_code == 405


@pytest.mark.parametrize("label", OPERATIONS)
def test_a_stranger_gets_401_in_the_documented_form(server: Sandbox, label: str) -> None:
    method, path = label.split()
    answer = httpx.request(method, server.url + path)
    assert (answer.status_code, answer.json()["code"], answer.json()["data"]) == (200, 401, None)
    assert OPERATIONS[label].is_valid_response(answer)


# ---- the keys seen ----

RECORD_KEYS = [
    "taskId",
    "taskType",
    "paramJson",
    "completeTime",
    "resultInfoJson",
    "successFlag",
    "createTime",
    "errorCode",
    "errorMessage",
]
NONE = type(None)
PENDING = [str, str, str, NONE, NONE, int, int, NONE, NONE]
SUCCESS = [str, str, str, int, dict, int, int, NONE, NONE]
FAILURE = [str, str, str, int, NONE, int, int, int, str]


@pytest.fixture(scope="module")
def http(server: Sandbox) -> Iterator[httpx.Client]:
    with http_client(server) as client:
        yield client


def every_kind(http: httpx.Client) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return a request of every task type, by the type that its record shows."""
    source = submit(http)
    url = urls(http, source)[0]
    video = {"fileUrls": [url], "motion": "low", "prompt": "on"}
    moving = submit(http, speed=None, taskType="mj_video", **video)
    finished(http, moving)
    image = {"prompt": "a fox", "speed": "fast"}
    return {
        "mj_txt2img": (GENERATE, {"taskType": "mj_txt2img", **image}),
        "mj_img2img": (GENERATE, {"taskType": "mj_img2img", "fileUrls": [url], **image}),
        "mj_style_reference": (GENERATE, {"taskType": "mj_style_reference", "fileUrls": [url], **image}),
        "mj_omni_reference": (
            GENERATE,
            {"taskType": "mj_omni_reference", "fileUrls": [url], "prompt": "a fox", "ow": 100},
        ),
        "mj_video": (GENERATE, {"taskType": "mj_video", "videoBatchSize": 2, **video}),
        "mj_video_hd": (GENERATE, {"taskType": "mj_video_hd", **video}),
        "mj_video_extend_auto": (EXTEND, {"taskType": "mj_video_extend_auto", "taskId": moving, "index": 0}),
        "mj_video_extend_manual": (
            EXTEND,
            {"taskType": "mj_video_extend_manual", "taskId": moving, "index": 0, "prompt": "on"},
        ),
        "mj_upscale": (UPSCALE, {"taskId": source, "imageIndex": 0}),
        "mj_vary": (VARY, {"taskId": source, "imageIndex": 1}),
    }


def hold_record(answer: httpx.Response, types: list[type]) -> dict[str, Any]:
    """Hold a record's keys, their order and their types, and the document's schema."""
    envelope = answer.json()
    assert list(envelope) == ["code", "msg", "data"]
    assert (envelope["code"], envelope["msg"]) == (200, "success")
    assert list(envelope["data"]) == RECORD_KEYS
    assert [type(value) for value in envelope["data"].values()] == types
    Draft202012Validator({**SPEC, "$ref": "#/components/schemas/RecordEnvelope"}).validate(envelope)
    return dict(envelope["data"])


def test_every_kind_of_task_has_the_keys_seen_when_pending_done_and_failed(
    server: Sandbox, http: httpx.Client
) -> None:
    kinds = every_kind(http)
    server.account.latency["fast"] = 5e3  # half a second and more
    sent = {kind: submitted_pair(server, http, path, body) for kind, (path, body) in kinds.items()}
    server.account.latency["fast"] = 0.0
    for kind, (failing, good) in sent.items():
        finished(http, failing)
        hold_record(http.get(RECORD, params={"taskId": failing}), FAILURE)
        finished(http, good)
        done = hold_record(http.get(RECORD, params={"taskId": good}), SUCCESS)
        hold_results(done, kind)
        hold_parameters(done, kind, kinds[kind][1])


def submitted_pair(server: Sandbox, http: httpx.Client, path: str, body: dict[str, Any]) -> tuple[str, str]:
    """Submit a task that will fail and one that will not, and look at both while they run."""
    server.faults.add(Fault("fail", on="submit", next=1))
    ids = []
    for _ in range(2):
        answer = http.post(path, json=body).json()
        assert list(answer) == ["code", "msg", "data"]
        assert list(answer["data"]) == ["taskId"]
        ids.append(answer["data"]["taskId"])
        assert re.fullmatch("[0-9a-f]{32}", ids[-1])
        hold_record(http.get(RECORD, params={"taskId": ids[-1]}), PENDING)
    return ids[0], ids[1]


def hold_results(done: dict[str, Any], kind: str) -> None:
    assert done["taskType"] == kind
    count = {"mj_upscale": 1, "mj_video": 2}.get(kind, 1 if kind in VIDEOS else 4)
    extension = "mp4" if kind in VIDEOS else "jpeg"
    listed = done["resultInfoJson"]["resultUrls"]
    assert [list(one) for one in listed] == [["resultUrl"]] * count
    names = [one["resultUrl"].partition("/m/")[2] for one in listed]
    assert names == [f"{done['taskId']}_0_{n}.{extension}" for n in range(count)]


def hold_parameters(done: dict[str, Any], kind: str, body: dict[str, Any]) -> None:
    """paramJson: sorted keys, what was sent, and what the service adds to generate requests."""
    shown = json.loads(done["paramJson"])
    assert list(shown) == sorted(shown)
    added: dict[str, Any] = {}
    if kind in {
        "mj_txt2img",
        "mj_img2img",
        "mj_style_reference",
        "mj_omni_reference",
        "mj_video",
        "mj_video_hd",
    }:
        added = {"enableTranslation": True, "motion": "high", "videoBatchSize": 1}
    if kind == "mj_omni_reference":
        added["speed"] = "fast"
    assert shown == added | body


def test_an_upload_has_the_documented_keys(http: httpx.Client) -> None:
    import base64

    text = base64.b64encode(png()).decode()
    answer = http.post(BASE64, json={"base64Data": text, "uploadPath": "x"}).json()
    Draft202012Validator({**SPEC, "$ref": "#/components/schemas/UploadEnvelope"}).validate(answer)
    assert [type(value) for value in answer["data"].values()] == [str, str, str, int, str, str]


@pytest.mark.parametrize("prompt", ["\ud83d", "a \udc00 b", "\x00", "\u202e", "{" * 500])
def test_odd_texts_are_answered_and_shown(http: httpx.Client, prompt: str) -> None:
    body = json.dumps({"taskType": "mj_txt2img", "speed": "fast", "prompt": prompt, "waterMark": prompt})
    answer = http.post(GENERATE, content=body.encode()).json()
    assert answer["code"] == 200
    found = finished(http, answer["data"]["taskId"])
    assert httpx.get(found["resultInfoJson"]["resultUrls"][0]["resultUrl"]).status_code == 200


def test_importing_the_sandbox_loads_no_video_library() -> None:
    import subprocess
    import sys

    code = (
        "import sys, mjnb.sandbox; assert 'av' not in sys.modules; assert 'schemathesis' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
