"""The door for what comes in: keys out in every spelling, ids, codes, times and addresses in one form."""

from __future__ import annotations

import base64
import html
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mjnb import intake
from mjnb.intake import MASK, Shield

KEYS = ("canary-key-81c2f0", "sk/9+&<\"x y'z~", "1234567890", "ABCdefGHIjkl==", "schlüssel-🦊-1")
EDGES = [(before, after) for before in ("", "x", "xy", "user:", "Bearer ") for after in ("", "q", "qq")]


def spellings(key: str) -> Iterator[str]:
    """Yield a key in all the encodings that a server may echo it in."""
    content = key.encode()
    yield from (key, f"Bearer {key}", key.upper(), key.lower(), key.title(), repr(key))
    yield from (quote(key, safe=""), quote(key), quote_plus(key), quote(quote(key, safe=""), safe=""))
    yield from (quote(key, safe="").lower(), "".join(f"%{one:02X}" for one in content))
    once = json.dumps(key)
    yield from (once, json.dumps(once), json.dumps(json.dumps(once)), key.replace("/", "\\/"))
    units = [key.encode("utf-16-be")[k : k + 2].hex() for k in range(0, len(key.encode("utf-16-be")), 2)]
    yield from ("".join(f"\\u{one}" for one in units), "".join(f"\\u{one.upper()}" for one in units))
    yield from (html.escape(key), "".join(f"&#{ord(one)};" for one in key))
    yield "".join(f"&#x{ord(one):X};" for one in key)
    yield from (content.hex(), content.hex().upper(), content.hex(":"))
    for before, after in EDGES:
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            packed = encode(f"{before}{key}{after}".encode()).decode()
            yield from (packed, packed.rstrip("="), quote(packed, safe=""), packed.replace("/", "\\/"))
    wrapped = [packed[at : at + 7] for at in range(0, len(packed), 7)]
    yield from (end.join(wrapped) for end in ("\n", "\r\n", "\\n", "\\r\\n", "%0D%0A"))
    yield "".join(f"\\u{{{ord(one):x}}}" for one in key)
    yield "".join(f"\\U{ord(one):08x}" for one in key)
    yield "".join(f"&amp;#{ord(one)};" for one in key)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_taken_out_in_every_spelling(key: str) -> None:
    shield = Shield(key)
    held = [said for said in spellings(key) if MASK not in shield.text(f"a {said} b")]
    assert held == []
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        assert shield.body(json.dumps({"msg": key}).encode(encoding)).endswith('{"msg": "***"}')


CUT: dict[str, Callable[[str], str]] = {
    "plain": str,
    "for a URL": lambda key: "".join(f"%{one:02X}" for one in key.encode()),
    "for JSON": lambda key: "".join(f"\\u{ord(one):04x}" for one in key),
    "for HTML": lambda key: "".join(f"&#{ord(one)};" for one in key),
    "hex": lambda key: key.encode().hex(),
    "base64": lambda key: base64.b64encode(key.encode()).decode().rstrip("="),
    "base64 behind Bearer": lambda key: base64.b64encode(f"Bearer {key}".encode()).decode().rstrip("="),
}


@pytest.mark.parametrize("spell", CUT.values(), ids=CUT)
def test_a_text_that_broke_off_within_a_key_does_not_end_with_its_beginning(
    spell: Callable[[str], str],
) -> None:
    key, before = KEYS[0], '{"code":401,"msg":"'
    shield, whole = Shield("another-secret", key), spell(KEYS[0])
    for end in range(len(spell(key[:10])), len(whole) + 1):
        said = shield.cut(f"{before}{whole[:end]}".encode())
        assert said.startswith(before)
        assert MASK in said
        assert len(said) < len(before) + len(spell(key[:4])) + len(MASK)
    honest = f"{before}taskId: {'0123456789abcdef' * 2}"
    assert shield.cut(honest.encode()) == honest


def test_honest_text_stays_as_it_is() -> None:
    text = "a fox for sandbox & sons, 100% \\u00e9 %41 c2FuZGJveA== \\\\ {} \ud83d"
    for keys in (("",), ("sandbox", "secret"), ("canary-key-81c2f0",)):
        assert Shield(*keys).text(text) == text
    assert Shield("short").needed is False


LETTERS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40)


@settings(deadline=None, max_examples=60)
@given(LETTERS, st.text(max_size=20), st.text(max_size=20))
def test_any_key_is_taken_out_and_what_is_json_stays_json(key: str, before: str, after: str) -> None:
    shield = Shield(key)
    assert key not in shield.text(before + key + after).replace(MASK, "")
    for ascii_only in (True, False):
        said = json.dumps({"msg": f"{before}x{key}x{after}"}, ensure_ascii=ascii_only)
        assert key not in str(intake.read(shield.text(said))["msg"]).replace(MASK, "\0")


def test_a_long_answer_made_to_hang_it_is_cleaned_soon() -> None:
    shield, start = Shield(KEYS[0], KEYS[1]), time.monotonic()
    for piece in ("\\", "%25", "&#0", " ", "c", "taskId:", "taskId" + " " * 50, "//"):
        said = shield.text(piece * (200_000 // len(piece)))
        intake.named_in(said)
        intake.addresses(said, ("url",))
    assert time.monotonic() - start < 60


IDS = [
    ("t-1", "t-1"),
    (" t-1\n", "t-1"),
    (17, "17"),
    (12.0, "12"),
    (10**30, str(10**30)),
    ("", ""),
    (None, ""),
    (True, ""),
    (0, ""),
    ("null", ""),
    (1.5, ""),
    (float("nan"), ""),
    (1e300, ""),
    (10**5000, ""),
    ("a b", ""),
    ("a\0b", ""),
    ("a" * 129, ""),
    (f"x{MASK}", ""),
    ({"a": 1}, ""),
]


def test_an_id_is_a_text_that_can_be_asked_for_or_none() -> None:
    assert [intake.identifier(value) for value, _ in IDS] == [found for _, found in IDS]
    assert intake.same_id(" ABC\n", "abc")
    assert not intake.same_id("abc", "abd")


WHEN = datetime(2026, 11, 22, 20, 0, 0, tzinfo=UTC)
SECONDS = 1_795_377_600
TIMES: list[Any] = [
    SECONDS,
    float(SECONDS),
    str(SECONDS),
    f"{SECONDS}.0",
    f" {SECONDS}\n",
    SECONDS * 1000,
    str(SECONDS * 1000),
    SECONDS * 10**6,
    SECONDS * 10**9,
    "2026-11-22T20:00:00Z",
    "2026-11-22T20:00:00",
    "2026-11-22 22:00:00+02:00",
]


def test_a_time_is_one_in_whatever_unit_it_came() -> None:
    assert [intake.moment(value) for value in TIMES] == [WHEN] * len(TIMES)


NESTED = ['{"a":1}', json.dumps('{"a":1}'), json.dumps(json.dumps('{"a":1}'))]


def test_json_within_json_is_unfolded_some_layers_deep() -> None:
    assert [intake.unfold(one) for one in NESTED] == [{"a": 1}] * 3
    assert [intake.read(json.dumps(one)) for one in NESTED[:2]] == [{"a": 1}] * 2
    kept = ["a fox", "{a fox}", "", "nullable", "[", 7, None]
    assert [intake.unfold(one) for one in kept] == kept
    assert intake.unfold("null") is None


A, B = "https://cdn/a.png", "https://cdn/b.png"
LISTS: list[Any] = [
    [A, B],
    json.dumps([A, B]),
    json.dumps(json.dumps([A, B])),
    [{"url": A}, {"url": B}],
    json.dumps([{"url": A}, {"url": B}]),
    f"{A},{B}",
    f"{A}, {B}",
    f"{A}\n{B}\n",
    f"['{A}', '{B}']",
    [A, None, 7, "", {}, B],
    ["//cdn/a.png", f" {B}\n"],
]


def test_a_list_of_addresses_is_read_in_any_form() -> None:
    assert [intake.addresses(one, ("url",)) for one in LISTS] == [[A, B]] * len(LISTS)
    assert [intake.addresses(one, ("url",)) for one in (None, 7, "no", {}, "[")] == [[]] * 5


ADDRESSES = {
    " https://h/a.png\n": "https://h/a.png",
    "https://h/a b.png": "https://h/a%20b.png",
    "https://h/a\n  b.png": "https://h/ab.png",
    "https://h/füchse.png?q=ä": "https://h/f%C3%BCchse.png?q=%C3%A4",
    "https://h/a.png?x=1&amp;y=2&#38;z=3": "https://h/a.png?x=1&y=2&z=3",
    "https://h/a.png?x=1&copy=2": "https://h/a.png?x=1&copy=2",
    "//h/a.png": "https://h/a.png",
    '"https://h/a.png"': "https://h/a.png",
    "<https://h/a.png>": "https://h/a.png",
    "https://h/a%20b%2Fc.png": "https://h/a%20b%2Fc.png",
    "https://h/100%.png": "https://h/100%25.png",
    "https://h/{a}|b^.png": "https://h/%7Ba%7D%7Cb%5E.png",
    "HTTPS://h/a\tb.png": "HTTPS://h/ab.png",
    "javascript:alert(1)": "javascript:alert(1)",
}


def test_an_address_is_stripped_and_quoted_once() -> None:
    found = {said: intake.address(said) for said in ADDRESSES}
    assert found == ADDRESSES
    assert [intake.address(one) for one in found.values()] == list(found.values())
    assert intake.address("//h/a", "http") == "http://h/a"


def test_a_wait_is_bounded_and_whole() -> None:
    waits = ["7", " 7 ", "99999", "", "soon", "-1", "1e9", "²", "7.5"]
    assert [intake.seconds(one) for one in waits] == [7.0, 7.0, 300.0, *[None] * 6]
