"""The API as pure functions: what every answer means, and that none of them crashes the reader."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mjnb import api, errors, outcomes
from mjnb.api import Record, read_params, read_record, uploaded_url
from mjnb.errors import ServerError, ServiceError
from mjnb.intake import Shield
from mjnb.intake import moment as read_time
from mjnb.params import REQUESTS, Generate, Vary, make

unhurried = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])

WHEN = datetime(2026, 11, 22, 20, 0, 0, 123000, UTC)
MILLISECONDS = 1_795_377_600_123
RECORD: dict[str, Any] = {
    "taskId": "a" * 32,
    "taskType": "mj_txt2img",
    "paramJson": '{"prompt":"a fox","speed":"Relax"}',
    "completeTime": MILLISECONDS,
    "resultInfoJson": {
        "resultUrls": [{"resultUrl": "https://cdn/0.jpeg"}, {"resultUrl": "https://cdn/1.jpeg"}]
    },
    "successFlag": 1,
    "createTime": MILLISECONDS - 60_000,
    "errorCode": None,
    "errorMessage": None,
}
URLS = ("https://cdn/0.jpeg", "https://cdn/1.jpeg")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def unwrap(status: int, content: bytes) -> Any:
    """Read an answer as the client does: through the door."""
    return api.unwrap(status, Shield().body(content))


def envelope(code: Any, msg: Any = "told", **more: Any) -> bytes:
    return json.dumps({"code": code, "msg": msg, **more}).encode()


def record(**changes: Any) -> Record:
    found = read_record(RECORD | changes)
    assert found is not None
    return found


# ---- envelopes --------------------------------------------------------------------------------------

CODES = [
    (400, errors.BadRequest, "The request is malformed"),
    (401, errors.AuthError, "You do not have access permissions"),
    (402, errors.InsufficientCredits, "The current credits are insufficient. Please top up."),
    (404, errors.NotFound, "Not found"),
    (422, errors.ValidationFailed, "The speed parameter is incorrect."),
    (422, errors.NotFound, "The record does not exist"),
    (429, errors.RateLimited, "Your call frequency is too high. Please try again later."),
    (433, errors.DailyLimit, "The daily limit of the key is reached"),
    (455, errors.Maintenance, "The service is under maintenance"),
    (500, errors.ServerError, "Server error"),
    (501, errors.ServerError, "Generation failed"),
    (505, errors.FeatureDisabled, "The feature is disabled"),
    (777, errors.ServerError, "Something new"),
    (-1, errors.ServerError, "Something odd"),
]


@pytest.mark.parametrize(("code", "kind", "message"), CODES)
@pytest.mark.parametrize("status", [200, 401, 502])
def test_the_envelopes_code_decides_whatever_the_status(
    code: int, kind: type[ServiceError], message: str, status: int
) -> None:
    with pytest.raises(ServiceError) as caught:
        unwrap(status, envelope(code, message, data=None))
    assert type(caught.value) is kind
    assert caught.value.service_message == message
    assert caught.value.code == code


def test_every_code_of_the_table_is_tested_here() -> None:
    assert set(outcomes.REFUSALS) - {403} <= {code for code, _, _ in CODES}


@pytest.mark.parametrize("data", [{"taskId": "1"}, 86.5, None, [], "link"])
def test_code_200_gives_the_data(data: Any) -> None:
    assert unwrap(200, envelope(200, "success", data=data)) == data


def test_data_that_is_absent_is_none() -> None:
    assert unwrap(200, envelope(200)) is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, errors.ServerError),
        (400, errors.ServerError),
        (401, errors.AuthError),
        (403, errors.AuthError),
        (404, errors.BadRequest),
        (408, errors.ServerError),
        (413, errors.BadRequest),
        (429, errors.RateLimited),
        (502, errors.ServerError),
        (524, errors.ServerError),
    ],
)
@pytest.mark.parametrize(
    "page", [b"<html><h1>502 Bad Gateway</h1>", b"", b"\xff\xfe\x00", b"[1]", b'{"msg":"x"}']
)
def test_a_page_that_is_no_envelope_is_judged_by_its_status(
    status: int, kind: type[ServiceError], page: bytes
) -> None:
    with pytest.raises(ServiceError, match="not from the task API") as caught:
        unwrap(status, page)
    assert type(caught.value) is kind
    assert caught.value.code == status


@pytest.mark.parametrize("status", [200, 408, 500, 502, 503, 524])
def test_what_may_have_arrived_is_never_called_a_refusal(status: int) -> None:
    with pytest.raises(ServiceError) as caught:
        unwrap(status, b"<html>")
    assert not isinstance(caught.value, errors.Refused)


@pytest.mark.parametrize("code", [200, "200", 200.0, " 200 ", "+200", "200.0"])
def test_a_code_is_a_number_however_it_is_written(code: Any) -> None:
    assert unwrap(200, envelope(code, data="there")) == "there"


@pytest.mark.parametrize("code", ["", "ok", "0x200", "2 00", 200.5, True, None, [200], "²00"])
def test_a_code_that_is_no_number_is_no_envelope(code: Any) -> None:
    with pytest.raises(ServerError, match="not from the task API"):
        unwrap(200, envelope(code))


@pytest.mark.parametrize("message", [None, "", 0])
def test_an_error_without_words_says_so(message: Any) -> None:
    with pytest.raises(errors.BadRequest, match="no message"):
        unwrap(200, envelope(400, message))


def test_half_of_an_emoji_is_replaced_so_that_it_can_be_stored() -> None:
    data = unwrap(200, b'{"code":200,"data":{"errorMessage":"cut \\ud83d","whole":"\\ud83e\\udd8a"}}')
    assert data == {"errorMessage": "cut ?", "whole": "🦊"}
    with pytest.raises(errors.BadRequest) as caught:
        unwrap(200, b'{"code":400,"msg":"cut \\uD83D"}')
    assert caught.value.service_message.encode() == b"cut ?"


def test_a_deeply_nested_answer_is_no_crash() -> None:
    with pytest.raises(ServerError):
        unwrap(200, b"[" * 100_000)


@unhurried
@given(st.integers(100, 599), JSON)
def test_any_json_is_data_or_a_service_error(status: int, answer: Any) -> None:
    assert repr(unwrap(status, json.dumps({"code": 200, "data": answer}).encode())) == repr(answer)
    with contextlib.suppress(ServiceError):  # anything else is a crash
        unwrap(status, json.dumps(answer).encode())


@unhurried
@given(st.integers(100, 599), st.binary(max_size=200))
def test_any_bytes_are_a_service_error(status: int, content: bytes) -> None:
    with pytest.raises(ServiceError):
        unwrap(status, content)


# ---- submits ----------------------------------------------------------------------------------------


def test_every_request_has_an_endpoint_of_its_own() -> None:
    assert set(api.ENDPOINTS) == set(REQUESTS)
    assert len(set(api.ENDPOINTS.values())) == len(REQUESTS)


def test_the_text_of_a_request_is_its_body_as_json() -> None:
    request = make(Generate, {"task_type": "mj_txt2img", "prompt": "läuft 🦊", "speed": "fast"})
    assert api.request_text(request) == '{"taskType": "mj_txt2img", "prompt": "läuft 🦊", "speed": "fast"}'
    assert api.request_text(make(Vary, {"task_id": "1", "image": 4})) == '{"taskId": "1", "imageIndex": 4}'


def test_an_upload_gives_the_link_to_use() -> None:
    told = json.dumps({"success": True, "code": 200, "msg": "ok", "data": {"downloadUrl": "https://f/x.png"}})
    assert uploaded_url(200, told) == "https://f/x.png"


@pytest.mark.parametrize(
    "answer",
    [
        {"success": False, "code": 200, "msg": "too large", "data": {"downloadUrl": "https://f/x.png"}},
        {"success": False, "code": 400, "msg": "too large"},
        {"success": True, "code": 200, "msg": "too large", "data": {"downloadUrl": ""}},
        {"success": True, "code": 200, "msg": "too large", "data": None},
    ],
)
def test_a_refused_upload_says_why_whatever_its_status(answer: dict[str, Any]) -> None:
    with pytest.raises(errors.BadRequest, match="too large"):
        uploaded_url(200, json.dumps(answer))


# ---- records ----------------------------------------------------------------------------------------


def test_a_record_is_read_whole() -> None:
    found = record()
    assert (found.task_id, found.task_type, found.flag) == ("a" * 32, "mj_txt2img", 1)
    assert found.urls == URLS
    assert (found.completed, found.param_json) == (WHEN, RECORD["paramJson"])
    assert (found.error_code, found.error_message) == (None, None)
    assert json.loads(found.raw) == RECORD


@pytest.mark.parametrize(
    ("flag", "pending", "succeeded"),
    [(0, True, False), (1, False, True), (2, False, False), (3, False, False)],
)
def test_the_success_flag_says_how_it_stands(flag: int, pending: bool, succeeded: bool) -> None:
    found = record(successFlag=flag)
    assert (found.pending, found.succeeded) == (pending, succeeded)


def test_a_pending_record_is_all_nulls() -> None:
    nothing = dict.fromkeys(("completeTime", "resultInfoJson", "errorCode", "errorMessage"))
    found = record(successFlag=0, **nothing)
    assert (found.completed, found.urls, found.error_code, found.error_message) == (None, (), None, None)


@pytest.mark.parametrize(("code", "text"), [(500, "500"), ("E1", "E1"), (None, None), (1.5, "1.5")])
def test_an_error_code_is_a_text_whatever_it_was(code: Any, text: str | None) -> None:
    assert record(successFlag=2, errorCode=code).error_code == text


def test_no_data_means_no_such_task() -> None:
    assert read_record(None) is None


@pytest.mark.parametrize(
    "data", [{}, [], "x", 7, {"successFlag": None}, {"successFlag": "x"}, {"successFlag": True}]
)
def test_what_is_no_record_is_a_server_error(data: Any) -> None:
    with pytest.raises(ServerError, match="cannot be read"):
        read_record(data)


@pytest.mark.parametrize(
    "value",
    [
        MILLISECONDS,
        float(MILLISECONDS),
        str(MILLISECONDS),
        "2026-11-22T20:00:00.123Z",
        "2026-11-22T20:00:00.123",
        "2026-11-22 20:00:00.123",
        "2026-11-22T22:00:00.123+02:00",
    ],
)
def test_a_time_is_read_in_every_form_the_service_uses(value: Any) -> None:
    assert record(completeTime=value).completed == WHEN
    assert read_time(value) == WHEN


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "soon",
        True,
        [],
        {},
        10**30,
        "9" * 5000,
        "²",
        float("nan"),
        float("-inf"),
        "0001-01-01T00:00+14:00",
    ],
)
def test_a_time_that_is_none_is_none(value: Any) -> None:
    assert read_time(value) is None


@pytest.mark.parametrize(
    "info",
    [
        {"resultUrls": [{"resultUrl": URLS[0]}, {"resultUrl": URLS[1]}]},
        {"resultUrls": list(URLS)},
        json.dumps({"resultUrls": [{"resultUrl": url} for url in URLS]}),
        json.dumps({"resultUrls": URLS}),
        list(URLS),
        json.dumps(URLS),
    ],
)
def test_results_are_found_in_every_form_of_result_info(info: Any) -> None:
    assert record(resultInfoJson=info).urls == URLS


@pytest.mark.parametrize("info", [None, "", "{", {}, {"resultUrls": None}])
def test_results_directly_in_data_are_found(info: Any) -> None:
    assert record(resultInfoJson=info, resultUrls=list(URLS)).urls == URLS


@pytest.mark.parametrize(
    "info",
    [
        None,
        "",
        "not json",
        7,
        [],
        {},
        {"resultUrls": "x"},
        {"resultUrls": [None, 7, {}, "", {"resultUrl": 1}]},
    ],
)
def test_no_results_are_no_crash(info: Any) -> None:
    assert record(resultInfoJson=info).urls == ()


@pytest.mark.parametrize("text", ['{"prompt": "cut', "", "[1]", "null", "[" * 100_000])
def test_a_broken_param_json_is_kept_as_text(text: str) -> None:
    found = record(paramJson=text)
    assert found.param_json == text
    assert read_params(found.param_json) == {}


def test_a_param_json_that_came_as_an_object_becomes_text() -> None:
    assert read_params(record(paramJson={"prompt": "läuft"}).param_json) == {"prompt": "läuft"}
    assert read_params(None) == {}


@unhurried
@given(JSON)
def test_any_json_is_a_record_or_a_server_error(data: Any) -> None:
    with contextlib.suppress(ServerError):
        assert isinstance(read_record(data), Record | None)


@unhurried
@given(st.sampled_from([0, 1, 2, 3]), st.dictionaries(st.sampled_from([*RECORD, "resultUrls"]), JSON))
def test_a_record_with_anything_in_its_fields_is_read(flag: int, fields: dict[str, Any]) -> None:
    found = read_record(fields | {"successFlag": flag})
    assert found is not None
    assert all(isinstance(url, str) for url in found.urls)
    assert found.raw.encode()


def test_an_unknown_flag_settles_nothing() -> None:
    with pytest.raises(ServerError):
        read_record(RECORD | {"successFlag": 4})
