"""What a widget tells its front end, for tests without one."""

from __future__ import annotations

from typing import Any

from comm.base_comm import BaseComm


class Heard(BaseComm):
    """The host's end of a comm: it keeps what was sent, as a page would get it."""

    def __init__(self) -> None:
        self.custom: list[tuple[dict[str, Any], list[bytes]]] = []
        self.states: list[dict[str, Any]] = []
        self.binary: list[str] = []  # traits that were sent as bytes
        super().__init__(target_name="jupyter.widget")

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any
    ) -> None:
        """Keep a message; messages of ipywidgets say what they are in ``method``."""
        content = data or {}
        if content.get("method") == "custom":
            self.custom.append((content["content"], list(buffers or [])))
        elif content.get("method") == "update":
            self.states.append(content["state"])
            self.binary += [path[0] for path in content.get("buffer_paths", [])]

    def told(self, verb: str) -> list[dict[str, Any]]:
        """Return the messages of one kind."""
        return [content for content, _ in self.custom if content["do"] == verb]


def listen(widget: Any) -> Heard:
    """Stand in for a widget's front end from now on."""
    widget.comm = Heard()
    return widget.comm  # type: ignore[no-any-return]


def hear(widget: Any, do: str, **message: Any) -> None:
    """Let a widget take a message as it comes from its front end."""
    widget._handle_custom_msg({"do": do, **message}, [])
