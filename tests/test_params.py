"""The table: one line per parameter holds on every surface, and no wrong request gets through."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any, get_args

import httpx
import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mjnb import api, frames, params, reference
from mjnb.errors import InvalidRequest
from mjnb.ledger import schema
from mjnb.params import (
    PROMPT_LIMIT,
    REQUESTS,
    TASK_TYPES,
    VIDEO,
    Choice,
    Domain,
    Flag,
    Generate,
    NumberChoice,
    Request,
    Row,
    Span,
    Switch,
    Text,
    Upscale,
    Url,
    Urls,
    Vary,
    VideoExtend,
    body,
    from_body,
    make,
    rows,
)
from mjnb.prompt import complete, read
from mjnb.sandbox import Sandbox

URL = "https://files.example.com/a.png"
CONTRACT = yaml.safe_load((Path(__file__).parent / "data" / "openapi.yaml").read_text())
SCHEMAS: dict[type[Request], str] = {
    Generate: "GenerateRequest",
    VideoExtend: "VideoExtendRequest",
    Upscale: "UpscaleRequest",
    Vary: "VaryRequest",
}
unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

ROWS = [(cls, row) for cls in REQUESTS for row in rows(cls).values()]
FLAGS = [(row, flag) for row in rows(Generate).values() for flag in row.flags]
every_row = pytest.mark.parametrize(("cls", "row"), ROWS, ids=[f"{c.__name__}.{r.name}" for c, r in ROWS])
every_flag = pytest.mark.parametrize(("row", "flag"), FLAGS, ids=[flag.name for _, flag in FLAGS])


# ---- what is legal and what is not, by domain -------------------------------------------------------


def legal(domain: Domain) -> list[Any]:
    match domain:
        case Span():
            return [domain.low, domain.high, float(domain.high), np.int64(domain.low), np.uint16(domain.high)]
        case Choice() | NumberChoice():
            return list(domain.values)
        case Switch():
            return [True, False]
        case Text():
            return ["a fox", "x" * domain.limit, "日本 🦊 'quoted' \\ --unknown", " a "]
        case Url():
            return [URL, "http://host:8080/callback?x=1&y=%20"]
        case Urls():
            return [[URL], (URL,), URL]


def illegal(domain: Domain) -> list[Any]:
    match domain:
        case Span():
            return [
                domain.high + 1,
                domain.low - 1,
                True,
                domain.low + 0.5,
                str(domain.low),
                float("nan"),
                [1],
            ]
        case Choice():
            return ["nonsense", True, "", ["fast"], 10**30]
        case NumberChoice():
            return [3, True, 1.5, "1", float("inf")]
        case Switch():
            return [1, 0, "true", "yes"]
        case Text():
            return ["x" * (domain.limit + 1), " ", "", 7, ["a"]]
        case Url():
            return ["ftp://files.example.com/a.png", "a b", "https://", 7, "https://u:p@host/", "http://[::1"]
        case Urls():
            return [["ftp://files.example.com/a.png"], [], [URL, "no url"], [7], 7]


def said_around(cls: type[Request], row: Row) -> dict[str, Any]:
    """Return the least that makes a valid request in which the parameter has a meaning."""
    if cls is Generate:
        kind = next(t for t in TASK_TYPES if row.applies(t))
        return least(kind)
    said: dict[str, Any] = {"task_id": "0" * 32}
    if cls is VideoExtend:
        return said | {"task_type": "mj_video_extend_manual", "video": 1, "prompt": "on it goes"}
    return said | {"image": 1}


def least(kind: str) -> dict[str, Any]:
    said: dict[str, Any] = {"task_type": kind, "prompt": "a fox"}
    said |= {"file_urls": [URL]} if TASK_TYPES[kind].inputs[0] else {}
    said |= {"speed": "fast"} if TASK_TYPES[kind].speed == "needed" else {}
    return said | ({"motion": "high"} if kind in VIDEO else {})


def faults(cls: type[Any], said: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(InvalidRequest) as caught:
        make(cls, said)
    return caught.value.faults


def test_every_kind_of_domain_is_tested_here() -> None:
    passed = {type(one) for flag in params.PASSED_FLAGS for one in (flag.domain, *flag.by.values()) if one}
    assert {type(row.domain) for _, row in ROWS} | passed == set(get_args(Domain))


# ---- every row through every surface ----------------------------------------------------------------


@every_row
def test_validation_takes_what_is_legal(cls: type[Any], row: Row) -> None:
    for value in legal(row.domain):
        if row.name == "task_type":
            continue  # other parameters follow from it; every task type is made below
        found = getattr(make(cls, said_around(cls, row) | {row.name: value}), row.name)
        assert found == (
            tuple([value] if isinstance(value, str) else value) if row.domain.kind == "urls" else value
        )
        assert type(found) in (int, str, bool, tuple)


@every_row
def test_validation_refuses_what_is_not_and_names_it(cls: type[Any], row: Row) -> None:
    for value in illegal(row.domain):
        first, *_ = faults(cls, said_around(cls, row) | {row.name: value})
        assert first.startswith(f"{row.name} ")


@every_row
def test_a_wrong_value_is_one_fault_not_two(cls: type[Any], row: Row) -> None:
    for value in illegal(row.domain):
        assert len(faults(cls, said_around(cls, row) | {row.name: value})) == 1


@pytest.mark.parametrize(("cls", "row"), [(cls, row) for cls, row in ROWS if row.required])
def test_a_required_parameter_is_missed_by_name(cls: type[Any], row: Row) -> None:
    said = {name: value for name, value in said_around(cls, row).items() if name != row.name}
    assert f"{row.name} is missing: {row.help}" in faults(cls, said)
    assert f"{row.name} is missing: {row.help}" in faults(cls, said | {row.name: None})


@every_row
def test_the_body_says_it_in_the_apis_words(cls: type[Any], row: Row) -> None:
    value = said_around(cls, row).get(row.name, legal(row.domain)[0])
    sent = body(make(cls, said_around(cls, row) | {row.name: value}))[row.api]
    assert sent == (value - 1 + row.counts_from if row.counts_from is not None else value)
    assert json.loads(json.dumps(sent)) == sent


@every_row
def test_the_contract_has_it(cls: type[Any], row: Row) -> None:
    known = CONTRACT["components"]["schemas"][SCHEMAS[cls]]
    assert row.api in known["properties"]
    assert (row.api in known["required"]) == row.required
    assert not row.also or row.also in known["properties"]


@pytest.mark.parametrize("cls", REQUESTS)
def test_the_table_has_everything_that_the_contract_has(cls: type[Request]) -> None:
    known = CONTRACT["components"]["schemas"][SCHEMAS[cls]]["properties"]
    assert set(known) == {n for row in rows(cls).values() for n in (row.api, row.also) if n}


@every_row
def test_what_the_table_takes_the_contract_takes_to_its_ends(cls: type[Any], row: Row) -> None:
    known = CONTRACT["components"]["schemas"][SCHEMAS[cls]]["properties"][row.api]
    match row.domain:
        case Span(low, high):
            shift = 0 if row.counts_from is None else row.counts_from - 1
            assert (low + shift, high + shift) == (known["minimum"], known["maximum"])
        case Choice(values) | NumberChoice(values):
            assert list(values) == known["enum"]
        case Switch():
            assert known["type"] == "boolean"
        case Text(limit):
            text = CONTRACT["components"]["schemas"]["Prompt"] if "$ref" in known else known
            assert text["type"] == "string"
            assert text.get("maxLength", limit) == limit
        case Url():
            assert known == {"type": "string", "format": "uri"}
        case Urls():
            assert known["items"] == {"type": "string", "format": "uri"}


def typed_for(row: Row, flag: Flag) -> tuple[str, Any]:
    """Return what is typed for a flag and what it means."""
    if flag.value is not None:
        return flag.name, flag.value
    if isinstance(row.domain, Urls):
        return f"{flag.name} {URL}", (URL,)
    value = next(v for v in legal(row.domain) if str(v).startswith(flag.prefix))
    return f"{flag.name} {str(value).removeprefix(flag.prefix)}", value


@every_flag
def test_a_flag_is_read_from_a_line_into_its_parameter(row: Row, flag: Flag) -> None:
    typed, meant = typed_for(row, flag)
    line = read(f"a fox {typed} in snow")
    assert line.said[row.name] == meant
    assert line.said.get("task_type") == (meant if row.name == "task_type" else flag.task_type)
    assert line.text == "a fox in snow"
    assert params.flags()[flag.name] == (row, flag)


@every_flag
def test_a_flag_is_completed_from_its_first_letters(row: Row, flag: Flag) -> None:
    line = f"a fox {flag.name[:3]}"
    offered = {one.text: one.help for one in complete(line, len(line))}
    assert offered[flag.name] == row.help


@every_flag
def test_what_completion_offers_after_a_flag_is_legal(row: Row, flag: Flag) -> None:
    line = f"a fox {flag.name} "
    offered = [one.text for one in complete(line, len(line))]
    if flag.value is not None or isinstance(row.domain, Urls):
        assert offered == []
    else:
        assert offered
        for word in offered:
            assert row.name in read(line + word).said


def counted(row: Row, value: Any) -> Any:
    """Return a value as the API counts it."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value - 1 + row.counts_from if is_number and row.counts_from is not None else value


Answers = dict[tuple[str, str, int], dict[str, Any]]


@pytest.fixture(scope="module")
def answers() -> Answers:
    """What a sandbox says to every illegal value of every parameter, and to a legal request."""
    return asyncio.run(ask_the_sandbox())


async def ask_the_sandbox() -> Answers:
    transport = httpx.ASGITransport(Sandbox(key="k").app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:

        async def post(cls: type[Request], sent: dict[str, Any]) -> Any:
            key = {"Authorization": "Bearer k"}
            answer = await client.post(api.ENDPOINTS[cls], content=json.dumps(sent), headers=key)
            assert answer.status_code == 200
            return answer.json()

        found = {("", "", 0): await post(Generate, body(make(Generate, least("mj_txt2img"))))}
        for cls, row in ROWS:
            around = body(make(cls, said_around(cls, row)))  # type: ignore[type-var]
            for number, value in enumerate(illegal(row.domain)):
                found[cls.__name__, row.name, number] = await post(
                    cls, around | {row.api: counted(row, value)}
                )
        return found


def test_the_sandbox_takes_a_legal_request(answers: Answers) -> None:
    assert answers["", "", 0]["code"] == 200
    assert answers["", "", 0]["data"]["taskId"]


@every_row
def test_the_sandbox_refuses_an_illegal_value_and_names_it(
    cls: type[Any], row: Row, answers: Answers
) -> None:
    for number, value in enumerate(illegal(row.domain)):
        answer = answers[cls.__name__, row.name, number]
        if value == "" and not row.required:
            continue  # an empty text is an unsent one to the service
        assert answer["code"] == 422, value
        assert answer["data"] is None
        assert row.name in answer["msg"] or row.api in answer["msg"]


def test_the_sandboxs_refusal_says_the_value_and_the_range(answers: Answers) -> None:
    assert "3001 is outside 0 to 3000" in answers["Generate", "weirdness", 0]["msg"]


@every_row
def test_the_reference_page_has_its_line(cls: type[Any], row: Row) -> None:
    section = reference.page().split(f"## {cls.__name__}:")[1].split("\n## ")[0]
    line = next(line for line in section.splitlines() if line.startswith(f"| `{row.name}`"))
    assert row.help in line
    assert str(row.domain) in line
    assert all(f"`{flag.name}`" in line for flag in row.flags)
    assert ("(required)" in line) == row.required


@pytest.mark.parametrize("row", rows(Generate).values(), ids=lambda row: row.name)
def test_the_ledger_and_the_frame_have_its_column(row: Row) -> None:
    assert row.name in schema.task.c
    assert frames.task_schema()[row.name] == frames.TYPES[row.domain.kind]


# ---- numbers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [250, 250.0, np.int64(250), np.uint8(250), np.float64(250.0), np.array(250)]
)
def test_a_whole_number_of_any_type_is_taken_as_an_int(value: Any) -> None:
    request = make(Generate, least("mj_txt2img") | {"stylization": value})
    assert request.stylization == 250
    assert type(request.stylization) is int


@pytest.mark.parametrize(
    "value", [True, False, np.True_, 0.5, "250", float("inf"), np.array([1, 2]), None, {}]
)
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="needs a whole number"):
        Span(0, 1000).read(value)


def test_steps_are_advice_not_rules() -> None:
    odd = {"variety": 1, "stylization": 1, "weirdness": 1}
    assert params.given(make(Generate, least("mj_txt2img") | odd)).items() >= odd.items()


def test_a_version_may_be_said_as_a_number_and_is_sent_as_text() -> None:
    for said, sent in ((7, "7"), (6.1, "6.1"), ("niji7", "niji7")):
        assert body(make(Generate, least("mj_txt2img") | {"version": said}))["version"] == sent


# ---- words ------------------------------------------------------------------------------------------


def test_an_unknown_parameter_is_met_with_the_nearest_name() -> None:
    wrong = least("mj_txt2img") | {"stylisation": 3}
    assert faults(Generate, wrong) == ("unknown parameter 'stylisation': did you mean 'stylization'?",)


def test_a_number_outside_is_met_with_the_range() -> None:
    wrong = least("mj_txt2img") | {"weirdness": 4000}
    assert faults(Generate, wrong) == ("weirdness 4000 is outside 0 to 3000",)


def test_a_mistyped_choice_is_met_with_the_nearest() -> None:
    wrong = least("mj_txt2img") | {"speed": "relax"}
    said = "speed 'relax' is not one of relaxed, fast, turbo: did you mean 'relaxed'?"
    assert faults(Generate, wrong) == (said,)


def test_an_unknown_parameter_that_is_like_none_gets_no_advice() -> None:
    assert faults(Upscale, {"task_id": "1", "image": 1, "zzz": 3}) == ("unknown parameter 'zzz'",)


def test_all_faults_are_told_at_once() -> None:
    said = {"task_type": "mj_txt2img", "stylisation": 3, "weirdness": 4000, "variety": True, "motion": "low"}
    assert faults(Generate, said) == (
        "unknown parameter 'stylisation': did you mean 'stylization'?",
        "weirdness 4000 is outside 0 to 3000",
        "variety needs a whole number, not True",
        "prompt is missing: what the picture shows",
        "motion does not apply to mj_txt2img",
        "mj_txt2img needs a speed: relaxed, fast, turbo",
    )


# ---- rules between parameters -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", TASK_TYPES)
def test_the_least_of_every_task_type_is_taken(kind: str) -> None:
    assert params.task_type_of(make(Generate, least(kind))) == kind


@pytest.mark.parametrize("kind", ["mj_img2img", "mj_style_reference", "mj_omni_reference"])
def test_a_task_from_pictures_needs_one(kind: str) -> None:
    said = {name: value for name, value in least(kind).items() if name != "file_urls"}
    assert faults(Generate, said) == (f"{kind} takes at least one file URL, not 0",)
    assert make(Generate, said | {"file_urls": [URL] * 3}).file_urls == (URL,) * 3


@pytest.mark.parametrize("kind", sorted(VIDEO))
@pytest.mark.parametrize("count", [0, 2])
def test_a_video_takes_exactly_one_picture(kind: str, count: int) -> None:
    said = least(kind) | {"file_urls": [URL] * count or None}
    assert faults(Generate, said) == (f"{kind} takes exactly one file URL, not {count}",)


def test_a_text_task_takes_no_picture() -> None:
    said = least("mj_txt2img") | {"file_urls": [URL]}
    assert faults(Generate, said) == ("mj_txt2img takes no file_urls, not 1",)


@pytest.mark.parametrize("kind", ["mj_txt2img", "mj_img2img", "mj_style_reference"])
def test_a_speed_is_needed_for(kind: str) -> None:
    said = least(kind) | {"speed": None}
    assert faults(Generate, said) == (f"{kind} needs a speed: relaxed, fast, turbo",)


def test_an_omni_reference_goes_with_and_without_a_speed() -> None:
    assert "speed" not in body(make(Generate, least("mj_omni_reference")))
    assert body(make(Generate, least("mj_omni_reference") | {"speed": "turbo"}))["speed"] == "turbo"


@pytest.mark.parametrize("kind", sorted(VIDEO))
def test_a_video_refuses_a_speed_and_needs_motion(kind: str) -> None:
    assert faults(Generate, least(kind) | {"speed": "fast"}) == (f"speed does not apply to {kind}",)
    assert faults(Generate, least(kind) | {"motion": None}) == (f"{kind} needs motion: high, low",)


@pytest.mark.parametrize("name", ["variety", "stylization", "weirdness", "ow"])
@pytest.mark.parametrize("kind", sorted(VIDEO))
def test_a_video_refuses_what_is_for_pictures(kind: str, name: str) -> None:
    assert faults(Generate, least(kind) | {name: 50}) == (f"{name} does not apply to {kind}",)


@pytest.mark.parametrize("kind", sorted(set(TASK_TYPES) - {"mj_omni_reference"}))
def test_only_an_omni_reference_takes_a_weight(kind: str) -> None:
    assert faults(Generate, least(kind) | {"ow": 50}) == (f"ow does not apply to {kind}",)


def test_a_video_is_sent_with_nothing_that_is_for_pictures() -> None:
    assert set(body(make(Generate, least("mj_video")))) == {"taskType", "prompt", "fileUrls", "motion"}


def test_a_manual_extension_needs_a_prompt_and_an_automatic_one_refuses_it() -> None:
    said = {"task_id": "1", "video": 1, "task_type": "mj_video_extend_manual"}
    wanted = "mj_video_extend_manual needs a prompt; mj_video_extend_auto goes on without one"
    assert faults(VideoExtend, said) == (wanted,)
    auto = said | {"task_type": "mj_video_extend_auto"}
    assert make(VideoExtend, auto).prompt is None
    refused = "prompt does not apply to mj_video_extend_auto"
    assert faults(VideoExtend, auto | {"prompt": "on"}) == (refused,)


@pytest.mark.parametrize("character", ["a", "日", "🦊"])
def test_a_prompt_has_at_most_two_thousand_characters(character: str) -> None:
    assert PROMPT_LIMIT == 2000
    assert make(Generate, least("mj_txt2img") | {"prompt": character * 2000})
    too_long = least("mj_txt2img") | {"prompt": character * 2001}
    assert faults(Generate, too_long) == ("prompt has 2001 characters, 2000 are allowed",)


PRIVATE = "localhost LOCALHOST. a.localhost pi.local db.internal 127.0.0.1 10.1.2.3 192.168.0.9 ::1 fe80::1"


@pytest.mark.parametrize("host", PRIVATE.split())
def test_a_host_that_the_service_cannot_reach_is_known(host: str) -> None:
    assert params.private_host(host)


@pytest.mark.parametrize("host", ["example.com", "localhost.example.com", "8.8.8.8", "2606:4700::1111", ""])
def test_a_public_host_is_none_of_these(host: str) -> None:
    assert not params.private_host(host)


# ---- how pictures are counted -----------------------------------------------------------------------


def test_upscale_counts_from_zero_in_the_api() -> None:
    sent = [body(make(Upscale, {"task_id": "1", "image": n}))["imageIndex"] for n in (1, 2, 3, 4)]
    assert sent == [0, 1, 2, 3]


def test_vary_counts_from_one_in_the_api() -> None:
    sent = [body(make(Vary, {"task_id": "1", "image": n}))["imageIndex"] for n in (1, 2, 3, 4)]
    assert sent == [1, 2, 3, 4]


def test_extend_counts_from_zero_in_the_api() -> None:
    said = {"task_id": "1", "task_type": "mj_video_extend_auto"}
    assert [body(make(VideoExtend, said | {"video": n}))["index"] for n in (1, 2, 3, 4)] == [0, 1, 2, 3]


@pytest.mark.parametrize(("cls", "name"), [(Upscale, "image"), (Vary, "image"), (VideoExtend, "video")])
@pytest.mark.parametrize("number", [0, 5, -1])
def test_mjnb_counts_from_one_to_four(cls: type[Any], name: str, number: int) -> None:
    said = said_around(cls, rows(cls)[name]) | {name: number}
    assert faults(cls, said) == (f"{name} {number} is outside 1 to 4",)


@pytest.mark.parametrize("index", [0, 0.0])
def test_an_index_that_came_as_a_float_is_the_same_picture(index: float) -> None:
    assert from_body(Upscale, {"taskId": "1", "imageIndex": index}).image == 1


# ---- bodies there and back --------------------------------------------------------------------------

TEXTS = st.text(min_size=1, max_size=40).filter(lambda text: text.strip() != "")
ADDRESSES = st.from_regex(
    r"https?://[a-z0-9]{1,8}\.example\.com(:[0-9]{1,4})?/[a-z0-9/%?=&._-]{0,20}", fullmatch=True
)


def values(domain: Domain) -> st.SearchStrategy[Any]:
    match domain:
        case Span(low, high):
            return st.integers(low, high)
        case Choice(words):
            return st.sampled_from(words)
        case NumberChoice(numbers):
            return st.sampled_from(numbers)
        case Switch():
            return st.booleans()
        case Text():
            return TEXTS
        case Url():
            return ADDRESSES
        case Urls():
            return st.lists(ADDRESSES, min_size=1, max_size=3)


@st.composite
def generates(draw: st.DrawFn, kind: str = "") -> Generate:
    kind = kind or draw(st.sampled_from(sorted(TASK_TYPES)))
    said = least(kind)
    for row in rows(Generate).values():
        own = TASK_TYPES[kind].inputs[1] == 1 and row.name == "file_urls"
        if (
            row.name != "task_type"
            and row.applies(kind)
            and not own
            and (row.name in said or draw(st.booleans()))
        ):
            said[row.name] = draw(values(row.domain))
    return make(Generate, said)


@st.composite
def follow_ups(draw: st.DrawFn, cls: type[Any]) -> Any:
    said: dict[str, Any] = {}
    for row in rows(cls).values():
        if row.required or draw(st.booleans()):
            said[row.name] = draw(values(row.domain))
    kind = said.get("task_type")
    if kind == "mj_video_extend_manual":
        said.setdefault("prompt", "on it goes")
    if kind == "mj_video_extend_auto":
        said.pop("prompt", None)
    return make(cls, said)


ANY_REQUEST = st.one_of(generates(), *(follow_ups(cls) for cls in (VideoExtend, Upscale, Vary)))


@unhurried
@given(ANY_REQUEST)
def test_a_body_reads_back_into_the_request(request: Any) -> None:
    assert from_body(type(request), body(request)) == request
    assert from_body(type(request), json.loads(api.request_text(request))) == request


@unhurried
@given(ANY_REQUEST)
def test_a_body_has_only_what_was_said(request: Request) -> None:
    assert len(body(request)) == len(params.given(request))
    assert None not in body(request).values()


def validator(cls: type[Request]) -> Draft202012Validator:
    return Draft202012Validator({**CONTRACT, "$ref": f"#/components/schemas/{SCHEMAS[cls]}"})


@pytest.mark.parametrize("kind", TASK_TYPES)
@settings(unhurried, max_examples=30)
@given(data=st.data())
def test_a_generate_body_keeps_the_contract(kind: str, data: st.DataObject) -> None:
    validator(Generate).validate(body(data.draw(generates(kind))))


@pytest.mark.parametrize("cls", [VideoExtend, Upscale, Vary])
@settings(unhurried, max_examples=30)
@given(data=st.data())
def test_a_follow_ups_body_keeps_the_contract(cls: type[Any], data: st.DataObject) -> None:
    validator(cls).validate(body(data.draw(follow_ups(cls))))


def test_the_contracts_schema_can_refuse() -> None:
    broken = body(make(Generate, least("mj_video"))) | {"motion": "wild", "variety": 101}
    assert len(list(validator(Generate).iter_errors(broken))) == 2


def test_the_older_name_of_file_urls_is_read() -> None:
    sent = body(make(Generate, least("mj_img2img")))
    older = {name: value for name, value in sent.items() if name != "fileUrls"} | {"fileUrl": URL}
    assert from_body(Generate, older).file_urls == (URL,)


def test_unknown_keys_and_empty_texts_of_a_body_are_passed_over() -> None:
    sent = body(make(Generate, least("mj_txt2img")))
    noise = {"unheardOf": 1, "callBackUrl": "", "version": None}
    assert from_body(Generate, sent | noise) == from_body(Generate, sent)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@unhurried
@given(st.dictionaries(st.sampled_from([row.api for _, row in ROWS]), JSON, max_size=6))
def test_a_body_of_anything_is_read_or_refused(sent: dict[str, Any]) -> None:
    cls: Any
    for cls in REQUESTS:
        with contextlib.suppress(InvalidRequest):  # anything else is a crash
            assert isinstance(from_body(cls, sent), cls)
