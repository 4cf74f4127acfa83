"""URLs in place of pictures: what has one keeps it, what has none is uploaded, or would be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..tracking import Tracker

UPLOADED_LATER = "https://upload.invalid/{name}"  # stands in a dry run for a URL that is not known yet


def with_urls(
    tracker: Tracker, params: Mapping[str, Any], *, send: bool
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the parameters with URLs in place of pictures, and the names of what is to be uploaded."""
    if params.get("file_urls") is None:
        return dict(params), ()
    urls, uploads = urls_of(tracker, params["file_urls"], send=send)
    return {**params, "file_urls": urls}, uploads


def urls_of(tracker: Tracker, given: Any, *, send: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the URLs of pictures, and the names of what is to be uploaded.

    Args:
        tracker: Uploads.
        given: What `inputs.read_inputs` takes.
        send: Upload now; else a URL that is not known yet has a stand-in.
    """
    from ..tracking import inputs

    found = inputs.read_inputs(given, tracker.client.own_hosts, tracker.client.time_scale)
    there = [one.url if isinstance(one, inputs.Remote) else inputs.uploaded(one, tracker) for one in found]
    missing = [one for one, url in zip(found, there, strict=True) if url is None]
    called = {one.name: one.called for one in missing if isinstance(one, inputs.Local)}  # once per content
    uploads = tuple(called.values())
    if send:
        return tracker.loop.run(inputs.to_urls(found, tracker)), uploads
    later = (UPLOADED_LATER.format(name=one.name) for one in missing if isinstance(one, inputs.Local))
    return tuple(next(later) if url is None else url for url in there), uploads
