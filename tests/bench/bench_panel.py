"""What opening the panel costs: messages to the front end, and the kernel's time, in a real kernel.

Run by ``make bench``; figures are of one run on one machine.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from typing import Any

from jupyter_client.manager import start_new_kernel

MOST_MESSAGES = 40
MOST_MS = 150.0
WAIT = 120  # seconds after which a bench that hangs fails
BEFORE = """
import time
import mjnb as mj
session = mj.Session(base_url="sandbox", data_dir={folder!r})
"""
OPEN = """
wall, cpu = time.perf_counter(), time.thread_time()
panel = mj.panel(session)
panel._ipython_display_()
print((time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000)
"""
TYPED = """
wall = time.perf_counter()
for n in range(100):
    said = {"task_type": "mj_txt2img", "prompt": f"a fox {n} --ar 16:9", "stylization": n}
    panel.form._handle_custom_msg({"do": "say", "said": said}, [])
print((time.perf_counter() - wall) * 10)
"""


def main() -> None:
    """Open the panel twice, and type."""
    with tempfile.TemporaryDirectory() as folder:
        manager, client = start_new_kernel(kernel_name="python3")
        try:
            run(client, BEFORE.format(folder=folder))
            for which in ("first, with every import", "again"):
                told, messages = run(client, OPEN)
                wall, cpu = map(float, told.split())
                comms = sum(count for kind, count in messages.items() if kind.startswith("comm"))
                print(f"open {which}: {comms} comm messages, {cpu:.0f} ms of CPU, {wall:.0f} ms by the clock")
                assert comms <= MOST_MESSAGES
                assert cpu <= MOST_MS
            print(f"an edit, read and answered: {float(run(client, TYPED)[0]):.1f} ms by the clock")
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def run(client: Any, source: str) -> tuple[str, Counter[str]]:
    """Run a cell; return what it printed, and how many messages of each kind it sent."""
    printed: list[str] = []
    kinds: Counter[str] = Counter()

    def take(message: dict[str, Any]) -> None:
        kinds[message["msg_type"]] += 1
        printed.append(message["content"].get("text", ""))

    reply = client.execute_interactive(source, timeout=WAIT, output_hook=take, store_history=False)
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(printed), kinds


if __name__ == "__main__":
    main()
