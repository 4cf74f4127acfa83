"""All verbs over a real socket, as `walkthrough.py` does them by hand, and the family that comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import walkthrough


def test_every_verb_works_and_the_family_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = walkthrough.main(tmp_path).splitlines()
    kinds = [line.lstrip("├└│─ ").split()[0] for line in lines]
    assert kinds == [
        "txt2img",
        "upscale",
        "vary",
        "vary",
        "video",
        "video_extend_auto",
        "video_extend_manual",
    ]
    assert all("succeeded" in line for line in lines)
    said = capsys.readouterr().out
    for kind in ("mj_img2img", "mj_style_reference", "mj_omni_reference", "mj_video_hd"):
        assert f"{kind:24} succeeded" in said
