"""Listening: one message at a time, and none that a newer one has overtaken."""

from __future__ import annotations

from typing import Any

import anywidget
import pytest

from mjnb.widgets.listening import MOST_PRESSES, MOST_VIEWS, Newest, listen, stamp_of


def test_a_message_is_a_mapping_and_its_buffers_are_bytes() -> None:
    heard: list[tuple[Any, list[bytes]]] = []
    widget = anywidget.AnyWidget()
    listen(widget, lambda message, buffers: heard.append((message, buffers)))
    for message in ("text", None, 3, ["do"], {"do": "it"}):
        widget._handle_custom_msg(message, [memoryview(b"some")])
    assert heard == [({"do": "it"}, [b"some"])]


def test_views_of_one_widget_count_for_themselves() -> None:
    newest = Newest()
    stamps = ["a 3", "b 1", "a 2", "a 3", "b 0", "b 1", "a 4"]
    assert [newest.has_overtaken({"stamp": one}) for one in stamps] == [
        False, False, True, False, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "stamp", [None, "", 7, {"a": 1}, "a", "a -5", "a x", "a 99999999999999999999", "a ٣"]
)
def test_a_strange_stamp_is_no_reason_to_drop_what_comes_after(stamp: Any) -> None:
    newest = Newest()
    assert not newest.has_overtaken({"stamp": stamp})
    assert not newest.has_overtaken({"stamp": "b 0"})
    assert not newest.has_overtaken({"stamp": "a 9"})


@pytest.mark.parametrize(
    "stamp",
    [None, 7, ["a 1"], "a", "a 1 ", "a 1\n", "a ٣", "\ud800 1", "<b> 1", "a" * 65 + " 1", "a " + "9" * 16],
)
def test_what_is_no_stamp_does_not_go_back_to_the_page(stamp: Any) -> None:
    assert stamp_of({"stamp": stamp}) == ""
    assert stamp_of({"stamp": "mjnb-1-x7 12"}) == "mjnb-1-x7 12"


def test_views_that_are_gone_are_forgotten() -> None:
    newest = Newest()
    for number in range(10 * MOST_VIEWS):
        assert not newest.has_overtaken({"stamp": f"view-{number} 5"})
        assert not newest.has_overtaken({"stamp": "spoken 5"})
    assert newest.has_overtaken({"stamp": "spoken 4"})
    assert len(newest._edits) == MOST_VIEWS


def test_a_press_is_handed_on_once_however_often_it_comes() -> None:
    heard: list[Any] = []
    widget = anywidget.AnyWidget()
    listen(widget, lambda message, _: heard.append(message.get("press")))
    for press in ("a 1", "b 1", "a 1", "a 3", "a 2", "a 3", "b 1", "a 01", None, None, "", 7, ["a 1"], "a"):
        widget._handle_custom_msg({"do": "it", "press": press}, [])
    assert heard == ["a 1", "b 1", "a 3", "a 2", "a 01", None, None, "", 7, ["a 1"], "a"]
    for number in range(10, 10 * MOST_PRESSES):
        widget._handle_custom_msg({"do": "it", "press": f"a {number}"}, [])
        widget._handle_custom_msg({"do": "it", "press": f"a {number}"}, [])
    assert len(heard) == 11 + 10 * MOST_PRESSES - 10
